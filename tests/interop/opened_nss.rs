//! What NSS `cmsutil`, the engine of Thunderbird, signs and encrypts.

use super::opened::{not_trusted, opener, trusted, unsigned};
use crate::ca::Key;
use crate::faces::Faces;
use crate::faces_detached::DetachedFaces;
use crate::peers::Nss;
use crate::people::{ALICE, BOB, ENTITY, person};

#[test]
fn signatures_of_nss() {
    for kind in [Key::Rsa2048, Key::P256, Key::P384] {
        let alice = person(kind, ALICE);
        let Some(nss) = Nss::find(&[&alice]) else {
            return;
        };
        for digest in ["SHA256", "SHA384", "SHA512"] {
            let options = format!("-S -N {ALICE} -H {digest} -G");
            let Ok(opaque) = nss.make(ENTITY.as_bytes(), &options) else {
                panic!(
                    "{kind:?} {options}: {:?}",
                    nss.make(ENTITY.as_bytes(), &options)
                );
            };
            let message = trusted(opener(&[]).open_cms_all(&opaque), &options);
            assert_eq!(message.bytes(), ENTITY.as_bytes(), "{options}");
            let detached = nss
                .make(ENTITY.as_bytes(), &format!("{options} -T"))
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
fn messages_of_nss() {
    let bob = person(Key::Rsa2048, BOB);
    let Some(nss) = Nss::find(&[&bob]) else {
        return;
    };
    let cms = nss
        .make(ENTITY.as_bytes(), &format!("-E -r {BOB}"))
        .unwrap();
    let legacy =
        opener(&[&bob]).policy(smime::policy::StandardPolicy::at(crate::people::now()).legacy());
    let message = unsigned(legacy.open_cms_all(&cms), "encrypted by NSS");
    assert_eq!(message.bytes(), ENTITY.as_bytes());
}
