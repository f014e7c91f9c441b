//! Revocation lists and OCSP responses. Their signatures are not checked here: without a certificate to look up nobody
//! knows which key must have made them.

use serde_json::{Value, json};
use smime::cert::{Crl, OcspResponse};

use crate::time;

pub fn list_in_words(crl: &Crl) -> Vec<String> {
    let next = match crl.next_update() {
        Some(next) => format!("the next by {}", time::format(next)),
        None => "no next one announced".to_owned(),
    };
    let kind = match (crl.is_delta(), crl.is_indirect()) {
        (true, true) => "changes to an indirect revocation list of",
        (true, false) => "changes to the revocation list (delta) of",
        (false, true) => "indirect revocation list of",
        (false, false) => "revocation list of",
    };
    let number = crl.number().map(|number| format!("number {number}, "));
    vec![
        format!("{kind} {}", crl.issuer()),
        format!("  of {}, {next}", time::format(crl.this_update())),
        format!(
            "  {}{} certificates revoked",
            number.unwrap_or_default(),
            crl.entries()
        ),
    ]
}

pub fn list_value(crl: &Crl) -> Value {
    json!({
        "kind": "crl",
        "issuer": crl.issuer(),
        "this_update": time::format(crl.this_update()),
        "next_update": crl.next_update().map(time::format),
        "number": crl.number(),
        "entries": crl.entries(),
        "delta": crl.is_delta(),
        "indirect": crl.is_indirect(),
    })
}

pub fn response_in_words(response: &OcspResponse) -> Vec<String> {
    vec![
        format!("OCSP response of {}", response.responder()),
        format!(
            "  of {}, about {} certificates",
            time::format(response.produced_at()),
            response.answers()
        ),
    ]
}

pub fn response_value(response: &OcspResponse) -> Value {
    json!({
        "kind": "ocsp",
        "responder": response.responder(),
        "produced_at": time::format(response.produced_at()),
        "answers": response.answers(),
    })
}
