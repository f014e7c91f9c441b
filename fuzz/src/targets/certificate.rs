use smime::cert::{Crl, OcspResponse};
use smime::{Certificate, Limits, Mailbox};

use crate::input::Input;
use crate::shown;
use crate::world::{limits, now, policy, world};

/// One certificate, list or response: read, and everything that it says shown.
///
/// One byte decides, the rest is the object.
pub fn certificate(data: &[u8]) {
    let mut input = Input::new(data);
    let how = input.byte();
    let bytes = input.rest();
    match how % 3 {
        0 => match Certificate::from_bytes(bytes) {
            Ok(certificate) => whole(&certificate),
            Err(error) => shown::error(&error),
        },
        1 => match Crl::all_with(bytes, &limits()) {
            Ok(lists) => lists.iter().for_each(list),
            Err(error) => shown::error(&error),
        },
        _ => match OcspResponse::from_bytes_with(
            bytes,
            &Limits {
                ocsp_responses: 50,
                ..limits()
            },
        ) {
            Ok(response) => {
                shown::line(&response.responder());
                assert!(response.answers() <= 50);
                let _ = (response.produced_at(), response.nonce());
                let again = OcspResponse::from_bytes(response.to_der()).expect("what was read");
                assert_eq!(again.to_der(), response.to_der());
            }
            Err(error) => shown::error(&error),
        },
    }
}

fn whole(certificate: &Certificate) {
    for text in [
        certificate.subject(),
        certificate.issuer(),
        certificate.description(),
        certificate.serial_hex(),
        certificate.fingerprint_sha256(),
        certificate.public_key().kind().to_string(),
    ] {
        shown::line(&text);
    }
    for text in certificate
        .addresses()
        .iter()
        .chain(certificate.ignored_addresses())
    {
        shown::line(text);
    }
    for address in certificate.addresses() {
        // Anything may stand in one; who writes to what is an address reaches its owner.
        assert!(Mailbox::new(address).map_or(true, |mailbox| certificate.names(&mailbox)));
    }
    let urls = [
        certificate.ocsp_urls(),
        certificate.issuer_urls(),
        certificate.crl_urls(),
    ];
    urls.iter().flatten().for_each(|url| shown::line(url));
    let findings = certificate.findings(&policy());
    findings.to_string().lines().for_each(shown::line);
    findings
        .all()
        .iter()
        .for_each(|finding| shown::line(&finding.to_string()));
    assert_eq!(findings.signs(), findings.unfit_to_sign().is_empty());
    assert_eq!(findings.encrypts(), findings.unfit_to_encrypt().is_empty());
    let bob = Mailbox::new("bob@example.org").expect("an address");
    for reasons in [
        certificate.unfit_to_sign(Some(&bob), now(), &policy()),
        certificate.unfit_to_encrypt(Some(&bob), now(), &policy()),
    ] {
        reasons
            .iter()
            .for_each(|reason| shown::line(&reason.to_string()));
    }
    let again = Certificate::from_bytes(certificate.to_der()).expect("what was read");
    assert_eq!(again, *certificate);
    let again = Certificate::from_bytes(certificate.to_pem().as_bytes()).expect("what was written");
    assert_eq!(again, *certificate);
    assert!(certificate != world().alice.certificate() || findings.signs());
}

fn list(list: &Crl) {
    shown::line(&list.issuer());
    list.number().iter().for_each(|number| shown::line(number));
    let _ = (
        list.this_update(),
        list.next_update(),
        list.is_delta(),
        list.is_indirect(),
    );
    let again = Crl::from_bytes(list.to_der()).expect("what was read");
    assert_eq!(again.to_der(), list.to_der());
}
