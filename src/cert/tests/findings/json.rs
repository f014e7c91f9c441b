//! Findings as JSON.
#![cfg(feature = "serde")]

use serde_json::json;

use super::*;

#[test]
fn findings_as_json() {
    let ca = Ca::new("Test CA");
    let certificate = public(&ca, Key::Ed25519, MAILBOX)
        .validity("250101000000Z", "260102000000Z")
        .extended_key_usage(&[]);
    let value = serde_json::to_value(of(certificate)).unwrap();
    let encrypts = value["encrypts"]["reasons"][0].as_str().unwrap();
    assert!(encrypts.contains("Ed25519"), "{encrypts}");
    let mut value = value;
    value["encrypts"]["reasons"] = json!([]);
    assert_eq!(
        value,
        json!({
            "authority": false,
            "signs": { "fit": true, "reasons": [] },
            "encrypts": { "fit": false, "reasons": [] },
            "valid_until": "2026-01-02T00:00:00Z",
            "days_left": 1,
            "profile": { "validation": "mailbox", "generation": "strict" },
            "findings": [
                {
                    "severity": "error",
                    "code": "cabf.smime.extended_key_usage_extension_missing",
                    "text": "it does not say by an extended key usage that it is for mail",
                    "reference": "SMBR 7.1.2.3 (f)",
                },
                {
                    "severity": "notice",
                    "code": "smime.expires_soon",
                    "text": "it expires in 1 day; renew it",
                    "reference": "RFC 5280 4.1.2.5",
                },
            ],
        })
    );
    let private = serde_json::to_value(of(bare(&ca, Key::P256))).unwrap();
    assert_eq!(private["profile"], json!(null));
    let over = bare(&ca, Key::P256).validity("240101000000Z", "250101000000Z");
    assert_eq!(
        serde_json::to_value(of(over)).unwrap()["days_left"],
        json!(null)
    );
    let authority = read(ca.certificate_der()).findings(&StandardPolicy::at(now()));
    assert_eq!(
        serde_json::to_value(authority).unwrap()["authority"],
        json!(true)
    );
}
