//! What `gpgsm` signs and encrypts.

use super::opened::{not_trusted, opener, trusted, unsigned};
use crate::ca::Key;
use crate::faces::Faces;
use crate::faces_detached::DetachedFaces;
use crate::peers::Gpgsm;
use crate::people::{ALICE, BOB, ENTITY, person};

#[test]
fn signatures_of_gpgsm() {
    let alice = person(Key::Rsa2048, ALICE);
    let Some(gpgsm) = Gpgsm::find(&[&alice]) else {
        return;
    };
    for digest in ["SHA256", "SHA384", "SHA512"] {
        for armour in ["", "--armor", "--base64"] {
            let options = format!("--digest-algo {digest} {armour} -u {ALICE}");
            let opaque = gpgsm
                .make(ENTITY.as_bytes(), &format!("{options} --sign"))
                .unwrap();
            let message = trusted(opener(&[]).open_cms_all(&opaque), &options);
            assert_eq!(message.bytes(), ENTITY.as_bytes(), "{options}");
            let detached = gpgsm
                .make(ENTITY.as_bytes(), &format!("{options} --detach-sign"))
                .unwrap();
            trusted(
                opener(&[]).verify_detached_all(ENTITY.as_bytes(), &detached),
                &options,
            );
            not_trusted(
                opener(&[]).verify_detached_all(b"something else", &detached),
                &options,
            );
        }
    }
}

#[test]
fn messages_of_gpgsm() {
    let bob = person(Key::Rsa2048, BOB);
    let Some(gpgsm) = Gpgsm::find(&[&bob]) else {
        return;
    };
    for cipher in ["AES", "AES192", "AES256"] {
        for armour in ["", "--armor", "--base64"] {
            let options = format!("--cipher-algo {cipher} {armour} -r {BOB} --encrypt");
            let cms = gpgsm.make(ENTITY.as_bytes(), &options).unwrap();
            let message = unsigned(opener(&[&bob]).open_cms_all(&cms), &options);
            assert_eq!(message.bytes(), ENTITY.as_bytes(), "{options}");
        }
    }
}
