use super::*;
use crate::ErrorKind;
use crate::asn1::Class;
use hex_literal::hex;

fn reader(input: &[u8]) -> Reader<'_> {
    Reader::new(input, "test", &Limits::default())
}

fn malformed_at<T>(result: Result<T, Error>, at: u64) {
    match result.map(|_| ()).unwrap_err().kind() {
        ErrorKind::Malformed {
            what: "test",
            position: Some(position),
            ..
        } if *position == at => {}
        other => panic!("{other:?} instead of malformed at {at}"),
    }
}

fn too_deep<T>(result: Result<T, Error>) {
    let error = result.map(|_| ()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { .. }), "{error:?}");
}

/// Reads everything down to the last level.
fn walk(mut reader: Reader<'_>) -> Result<(), Error> {
    while !reader.is_empty() {
        let value = reader.read()?;
        if value.tag.constructed {
            walk(value.reader()?)?;
        }
    }
    Ok(())
}

#[test]
fn reads_definite_values_with_their_bytes() {
    let input = hex!("3006 020105 0401aa");
    let mut outer = reader(&input);
    let sequence = outer.expect(Tag::SEQUENCE).unwrap();
    outer.finish().unwrap();
    assert_eq!(sequence.raw, input);
    let mut inner = sequence.reader().unwrap();
    assert_eq!(inner.expect(Tag::INTEGER).unwrap().uint().unwrap(), 5);
    assert!(inner.optional(Tag::NULL).unwrap().is_none());
    let octets = inner.optional(Tag::OCTET_STRING).unwrap().unwrap();
    assert_eq!(octets.position, 5);
    assert_eq!(octets.octets().unwrap().as_ref(), [0xaa]);
    assert!(inner.is_empty());
}

#[test]
fn reads_indefinite_and_non_minimal_lengths() {
    // SEQUENCE (indefinite) { OCTET STRING in pieces (indefinite) { "ab", (long length) "c" }, SEQUENCE (indefinite) {} }
    let input = hex!("3080 2480 04026162 0483000001 63 0000 3080 0000 0000 05");
    let mut outer = reader(&input);
    let sequence = outer.read().unwrap();
    assert_eq!(sequence.raw, &input[..input.len() - 1]);
    let mut inner = sequence.reader().unwrap();
    let string = inner.string(Tag::OCTET_STRING).unwrap();
    assert_eq!(string.octets().unwrap().as_ref(), b"abc");
    assert_eq!(inner.read().unwrap().content, b"");
    inner.finish().unwrap();
    malformed_at(outer.finish(), 22);
}

#[test]
fn strings_join_at_any_nesting_and_refuse_other_types() {
    let nested = hex!("2408 2406 040161 240102");
    malformed_at(reader(&nested).read().unwrap().octets(), 9);
    let nested = hex!("240c 2405 2403 040161 0000 040162");
    assert!(reader(&nested).read().unwrap().octets().is_err());
    let good = hex!("240a 2405 2403 040161 040162");
    assert_eq!(
        reader(&good).read().unwrap().octets().unwrap().as_ref(),
        b"ab"
    );
    // [0] IMPLICIT OCTET STRING in pieces.
    let implicit = hex!("a080 040161 040162 0000");
    let value = reader(&implicit).read().unwrap();
    assert_eq!(value.octets().unwrap().as_ref(), b"ab");
    let wrong = hex!("2403 020161");
    malformed_at(reader(&wrong).read().unwrap().octets(), 2);
}

#[test]
fn refuses_what_is_not_there() {
    malformed_at(reader(&[]).read(), 0);
    malformed_at(reader(&hex!("04")).read(), 0);
    malformed_at(reader(&hex!("0402aa")).read(), 0);
    malformed_at(reader(&hex!("0482aa")).read(), 0);
    malformed_at(reader(&hex!("0480aa0000")).read(), 0);
    malformed_at(reader(&hex!("04ff00")).read(), 0);
    malformed_at(reader(&hex!("3080 0401aa")).read(), 5);
    malformed_at(reader(&hex!("3080 0401aa 00")).read(), 5);
    malformed_at(reader(&hex!("0000")).read(), 0);
    malformed_at(reader(&hex!("0500")).expect(Tag::INTEGER), 0);
    malformed_at(reader(&hex!("0500")).read().unwrap().reader(), 0);
    let mut inner = reader(&hex!("3004 0403 aabb"));
    malformed_at(inner.read().unwrap().reader().unwrap().read(), 2);
}

#[test]
fn claimed_lengths_take_no_memory() {
    // 2^31, 2^63 and 2^64 - 1 with ten octets of data, in definite values and inside an indefinite one.
    for length in [
        &hex!("8480000000")[..],
        &hex!("888000000000000000"),
        &hex!("88ffffffffffffffff"),
        &hex!("89010000000000000000"),
        &hex!("8b000000ffffffffffffffff"),
    ] {
        for tag in [0x04, 0x30] {
            let mut input = vec![tag];
            input.extend_from_slice(length);
            input.extend_from_slice(&[0; 10]);
            malformed_at(reader(&input).read(), 0);
            let nested = [&[0x30, 0x80], &input[..]].concat();
            malformed_at(reader(&nested).read(), 2);
        }
    }
}

#[test]
fn depth_is_bounded() {
    for depth in [10_000, 1_000_000] {
        let indefinite = [0x30, 0x80].repeat(depth);
        too_deep(walk(reader(&indefinite)));
        let closed = [indefinite, vec![0; 2 * depth]].concat();
        too_deep(walk(reader(&closed)));

        let mut definite = vec![0x05, 0x00];
        // Lengths of four octets, so that the nest is linear to build: from the inside out.
        let mut heads = Vec::new();
        let mut length = 2_u32;
        for _ in 0..depth {
            heads.push([&[0x24, 0x84], &length.to_be_bytes()[..]].concat());
            length += 6;
        }
        heads.reverse();
        heads.push(std::mem::take(&mut definite));
        let definite = heads.concat();
        too_deep(walk(reader(&definite)));
        too_deep(reader(&definite).read().unwrap().octets());
        too_deep(super::super::to_der(&definite, &Limits::default()));
    }
    let nest = |depth: usize| [[0x30, 0x80].repeat(depth), vec![0; 2 * depth]].concat();
    walk(reader(&nest(64))).unwrap();
    too_deep(walk(reader(&nest(65))));
    let deep = Limits {
        asn1_depth: usize::MAX,
        ..Limits::default()
    };
    walk(Reader::new(&nest(256), "test", &deep)).unwrap();
    too_deep(walk(Reader::new(&nest(257), "test", &deep)));
}

#[test]
fn integers_booleans_and_oids() {
    let uint = |input: &[u8]| reader(input).read().unwrap().uint();
    assert_eq!(uint(&hex!("0209 00ffffffffffffffff")).unwrap(), u64::MAX);
    assert_eq!(uint(&hex!("0203 000001")).unwrap(), 1);
    malformed_at(uint(&hex!("0209 01ffffffffffffffff")), 0);
    malformed_at(uint(&hex!("0201 80")), 0);
    malformed_at(uint(&hex!("0200")), 0);
    let boolean = |input: &[u8]| reader(input).read().unwrap().boolean();
    assert!(boolean(&hex!("010101")).unwrap());
    assert!(!boolean(&hex!("010100")).unwrap());
    malformed_at(boolean(&hex!("0102ffff")), 0);
    let oid = |input: &[u8]| reader(input).read().unwrap().oid();
    assert_eq!(
        oid(&hex!("06092a864886f70d010701")).unwrap().to_string(),
        "1.2.840.113549.1.7.1"
    );
    malformed_at(oid(&hex!("0600")), 0);
    malformed_at(oid(&[&hex!("0682 1000")[..], &[0xff; 4096]].concat()), 0);
}

#[test]
fn errors_name_the_type_that_was_expected() {
    let names = [
        (Tag::BOOLEAN, "a BOOLEAN"),
        (Tag::INTEGER, "an INTEGER"),
        (Tag::BIT_STRING, "a BIT STRING"),
        (Tag::OCTET_STRING, "an OCTET STRING"),
        (Tag::NULL, "a NULL"),
        (Tag::OID, "an OBJECT IDENTIFIER"),
        (Tag::UTF8_STRING, "a UTF8String"),
        (Tag::BMP_STRING, "a BMPString"),
        (Tag::SEQUENCE, "a SEQUENCE"),
        (Tag::SET, "a SET"),
        (Tag::UTC_TIME, "a Universal value with tag 23"),
        (Tag::context(5, true), "a ContextSpecific value with tag 5"),
    ];
    for (tag, name) in names {
        // ENUMERATED is none of them.
        let other = reader(&hex!("0a0100"))
            .expect(tag)
            .map(drop)
            .unwrap_err()
            .to_string();
        assert!(other.contains(&format!(": {name} was expected")), "{other}");
        let end = reader(&[]).expect(tag).map(drop).unwrap_err().to_string();
        let words = format!("it ends where {name} was expected");
        assert!(end.contains(&words), "{end}");
    }
}

#[test]
fn identifier_octets_have_a_class() {
    for (octet, class, constructed) in [
        (0x0a, Class::Universal, false),
        (0x4a, Class::Application, false),
        (0xaa, Class::ContextSpecific, true),
        (0xca, Class::Private, false),
    ] {
        let input = [octet, 0];
        let tag = reader(&input).read().unwrap().tag;
        let expected = Tag {
            class,
            constructed,
            number: 10,
        };
        assert_eq!(tag, expected);
    }
}
