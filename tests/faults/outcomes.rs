//! What may be said of each recipient, going by what the server knows.

use smime::submit::{Delivery, Outcome};

use super::reconcile::{Answer, Order, Transaction, behind};
use super::script::first_reply;

pub fn check(
    order: &Order,
    transactions: &[Transaction<'_>],
    delivery: &Delivery,
) -> Result<(), String> {
    if delivery.copies().len() != order.copies.len() {
        return Err(format!(
            "{} copies in the delivery",
            delivery.copies().len()
        ));
    }
    let mut stopped = false;
    for (at, (copy, (envelope, _))) in delivery.copies().iter().zip(&order.copies).enumerate() {
        let named = copy.iter().map(|(recipient, _)| recipient);
        if copy.index() != at || !named.eq(envelope.recipients()) {
            return Err(format!("copy {at} is about others: {delivery}"));
        }
        if stopped && transactions.len() > at {
            return Err(format!("copy {at} was sent after a failure"));
        }
        for (place, (recipient, outcome)) in copy.iter().enumerate() {
            let allowed = match transactions.get(at) {
                Some(transaction) => allowed(transaction, place),
                None => "D".into(),
            };
            let is = kind(outcome);
            if !allowed.contains(is) {
                let address = recipient.address();
                return Err(format!("{address}: {allowed} may be said, not {outcome}"));
            }
            stopped |= order.all_or_nothing && is != 'A';
        }
    }
    Ok(())
}

pub fn kind(outcome: &Outcome) -> char {
    match outcome {
        Outcome::Accepted(_) => 'A',
        Outcome::Rejected(_) => 'R',
        Outcome::Deferred(_) => 'D',
        Outcome::Unknown(_) => 'U',
        other => panic!("{other}"),
    }
}

/// What may be said of this recipient, going by what the server knows.
fn allowed(transaction: &Transaction<'_>, place: usize) -> String {
    let or_lost = |step: &str, kind: char, lost: char| match transaction.unread {
        Some(unread) if unread == step => format!("{kind}{lost}"),
        _ => kind.into(),
    };
    if !transaction.mail.is_positive() {
        return or_lost("MAIL", transaction.mail.refusal(), 'D');
    }
    let Some((_, recipient)) = transaction.recipients.get(place) else {
        return "D".into();
    };
    if !recipient.is_positive() {
        return match recipient {
            Answer::Read(552) => "D".into(),
            answer if place + 1 < transaction.recipients.len() => answer.refusal().into(),
            answer => or_lost("RCPT", answer.refusal(), 'D'),
        };
    }
    let Some(data) = transaction.data else {
        return "D".into();
    };
    match Answer::to(data) {
        Answer::Read(354) => {}
        answer => return or_lost("DATA", answer.refusal(), 'D'),
    }
    let Some(dot) = transaction.dot else {
        let injected = behind(data);
        if !injected.is_empty() {
            return match first_reply(injected) {
                Some((500..=599, _)) => "R".into(),
                _ => "D".into(),
            };
        }
        // The client may have sent the dot by now, and then this is the answer to it.
        return match first_reply(&transaction.early) {
            Some((200..=299, _)) => "ADU".into(),
            Some((500..=599, _)) => "RDU".into(),
            _ => "DU".into(),
        };
    };
    match Answer::to(dot) {
        Answer::Read(200..=299) => or_lost("(dot)", 'A', 'U'),
        Answer::Read(400..=499) => or_lost("(dot)", 'D', 'U'),
        Answer::Read(500..=599) => or_lost("(dot)", 'R', 'U'),
        _ => "U".into(),
    }
}
