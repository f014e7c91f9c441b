//! Outcomes for programs: `serde::Serialize`, written by hand so that names and texts are chosen, not derived.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::outcome::{Cause, CopyDelivery, Delivery, Outcome};
use super::reply::Reply;
use crate::Mailbox;

/// `copies`.
impl Serialize for Delivery {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut delivery = serializer.serialize_struct("Delivery", 1)?;
        delivery.serialize_field("copies", self.copies())?;
        delivery.end()
    }
}

/// `recipients`, each with `address`, `outcome` (`accepted`, `rejected`, `deferred` or `unknown`), the `reply`
/// of the server and the `cause` in words; either can be null.
impl Serialize for CopyDelivery {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let recipients: Vec<Recipient<'_>> = self
            .iter()
            .map(|(address, outcome)| Recipient(address, outcome))
            .collect();
        let mut copy = serializer.serialize_struct("CopyDelivery", 1)?;
        copy.serialize_field("recipients", &recipients)?;
        copy.end()
    }
}

struct Recipient<'a>(&'a Mailbox, &'a Outcome);

impl Serialize for Recipient<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Recipient(address, outcome) = self;
        let (name, reply, cause) = match outcome {
            Outcome::Accepted(reply) => ("accepted", Some(reply), None),
            Outcome::Rejected(cause) => ("rejected", cause.reply(), Some(cause)),
            Outcome::Deferred(cause) => ("deferred", cause.reply(), Some(cause)),
            Outcome::Unknown(cause) => ("unknown", cause.reply(), Some(cause)),
        };
        let mut recipient = serializer.serialize_struct("Recipient", 4)?;
        recipient.serialize_field("address", &address.address())?;
        recipient.serialize_field("outcome", name)?;
        recipient.serialize_field("reply", &reply)?;
        recipient.serialize_field("cause", &cause.map(Cause::to_string))?;
        recipient.end()
    }
}

/// `code`, `enhanced` (such as `[5, 1, 1]`, or null) and `text`.
impl Serialize for Reply {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut reply = serializer.serialize_struct("Reply", 3)?;
        reply.serialize_field("code", &self.code())?;
        reply.serialize_field("enhanced", &self.enhanced())?;
        reply.serialize_field("text", self.text())?;
        reply.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Envelope;
    use serde_json::{json, to_value};

    #[test]
    fn every_outcome_with_reply_and_cause() {
        let mailbox = |text: &str| Mailbox::new(text).unwrap();
        let envelope = Envelope::new(
            Some(mailbox("alice@example.org")),
            ["a@b.org", "c@d.org", "e@f.org", "g@h.org"].map(mailbox),
        )
        .unwrap();
        let late = Cause::TimedOut { during: "DATA" };
        let delivery = Delivery::new(vec![CopyDelivery::new(&envelope, |at, _| match at {
            0 => Outcome::Accepted(Reply::new(250, "queued")),
            1 => Outcome::Rejected(Cause::Reply {
                during: "RCPT TO",
                reply: Reply::from_parts(550, [5, 1, 1], "nobody"),
            }),
            2 => Outcome::Deferred(late.clone()),
            _ => Outcome::Unknown(late.clone()),
        })]);
        let value = to_value(&delivery).unwrap();
        let recipients = &value["copies"][0]["recipients"];
        assert_eq!(
            recipients[0],
            json!({
                "address": "a@b.org",
                "outcome": "accepted",
                "reply": { "code": 250, "enhanced": null, "text": "queued" },
                "cause": null,
            })
        );
        let reply = json!({ "code": 550, "enhanced": [5, 1, 1], "text": "nobody" });
        assert_eq!(recipients[1]["outcome"], "rejected");
        assert_eq!(recipients[1]["reply"], reply);
        assert!(recipients[1]["cause"].as_str().unwrap().contains("RCPT TO"));
        assert_eq!(
            recipients[2],
            json!({
                "address": "e@f.org",
                "outcome": "deferred",
                "reply": null,
                "cause": "DATA took too long",
            })
        );
        assert_eq!(recipients[3]["outcome"], "unknown");
        assert_eq!(recipients.as_array().unwrap().len(), 4);
    }
}
