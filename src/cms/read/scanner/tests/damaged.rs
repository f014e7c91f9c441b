//! Objects that are damaged, or ask for too much.

use proptest::prelude::*;

use super::*;

#[test]
fn dos_01_nesting_is_bounded_alike() {
    for depth in 0..12 {
        let limits = Limits {
            asn1_depth: depth,
            ..limits()
        };
        for object in objects() {
            agree_as(None, &object, usize::MAX, &limits);
            for forms in [&[0][..], &[1], &[2], &[0, 2, 1], &[2, 0]] {
                agree_as(None, &reencoded(&object, forms).0, usize::MAX, &limits);
            }
        }
    }
    let mut deep = octet_string(b"x");
    for _ in 0..1_000 {
        deep = crate::asn1::tlv(Tag::OCTET_STRING.constructed(), &deep);
    }
    let deep = content_info(&oid::DATA, &deep);
    let error = scan(None, &deep, 100, &limits()).err().unwrap();
    assert!(matches!(error.kind(), ErrorKind::Limit { .. }));
    assert!(!agree(&deep, 100));
    // Where the nesting is kept and not read.
    let endless = [&hex!("3080 0603 2a0304")[..], &hex!("3080").repeat(1_000)].concat();
    let error = scan(None, &endless, 100, &limits()).err().unwrap();
    assert!(matches!(error.kind(), ErrorKind::Limit { .. }));
}

#[test]
fn dos_01_what_is_held_is_bounded() {
    let small = Limits {
        held_in_all: 200,
        ..limits()
    };
    let long = content_info(&oid::DATA, &octet_string(&[7; 100_000]));
    let (_, content) = scan(None, &long, 999, &small).unwrap();
    assert_eq!(content.unwrap().len(), 100_000);
    let bag = implicit(0, true, &octet_string(&[7; 1_000]));
    let inside = signed(&encapsulated(&oid::DATA, &octet_string(b"")), &bag);
    for object in [
        content_info(&oid::SIGNED_DATA, &inside),
        content_info(
            &ObjectIdentifier::new_unwrap("1.2.3"),
            &octet_string(&[7; 1_000]),
        ),
    ] {
        for size in [1, 100, usize::MAX] {
            let error = scan(None, &object, size, &small).err().unwrap();
            assert!(
                matches!(error.kind(), ErrorKind::Limit { limit: 200, .. }),
                "{error}"
            );
        }
    }
}

proptest! {
    #[test]
    fn other_encodings_are_read_alike(
        which in 0..11_usize,
        forms in proptest::collection::vec(0..6_u8, 1..40),
        size in 1..60_usize,
        flip in proptest::option::of((any::<prop::sample::Index>(), 1..=255_u8)),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let (mut ber, _) = reencoded(&objects()[which], &forms);
        let damaged = flip.is_some() || cut.is_some();
        if let Some((at, flip)) = flip {
            let at = at.index(ber.len());
            ber[at] ^= flip;
        }
        if let Some(cut) = cut {
            ber.truncate(cut.index(ber.len()));
        }
        prop_assert!(agree(&ber, size) || damaged);
    }
}

#[test]
fn every_flip_is_read_alike() {
    for object in objects() {
        let (ber, _) = reencoded(&object, &[2, 3, 0]);
        for input in [object, ber] {
            for at in 0..input.len() {
                for flip in [1, 4, 0x20, 0x80, 0xff] {
                    let mut input = input.clone();
                    input[at] ^= flip;
                    agree(&input, usize::MAX);
                    agree(&input, 3);
                }
            }
        }
    }
}
