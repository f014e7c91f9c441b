use super::*;
use hex_literal::hex;
use proptest::prelude::*;

fn der(input: &[u8]) -> Cow<'_, [u8]> {
    to_der(input, &Limits::default()).unwrap()
}

#[test]
fn der_is_borrowed() {
    let input = hex!("3006 020105 0401aa");
    assert!(matches!(der(&input), Cow::Borrowed(same) if same == input));
}

#[test]
fn lengths_become_minimal_and_strings_one() {
    let cases: [(&[u8], &[u8]); 10] = [
        (&hex!("308103 020105"), &hex!("3003 020105")),
        (
            &hex!("3080 2480 040161 040162 0000 0000"),
            &hex!("3004 04026162"),
        ),
        // A BIT STRING in pieces, the last with four unused bits (X.690 8.6.4.2).
        (
            &hex!("2380 0303000a3b 0305045f291cd0 0000"),
            &hex!("0307040a3b5f291cd0"),
        ),
        // One without any bits, in a piece; one of a single bit.
        (&hex!("2303 030100"), &hex!("0301 00")),
        // No pieces at all: the one value here that grows.
        (&hex!("2300"), &hex!("0301 00")),
        (&hex!("2304 03020780"), &hex!("0302 0780")),
        // VisibleString "Jones" in pieces of OCTET STRING, as in X.690 8.23.6; pieces of its own type.
        (&hex!("3a09 04034a6f6e 04026573"), &hex!("1a054a6f6e6573")),
        (&hex!("2c80 0c014a 0c016f 0000"), &hex!("0c024a6f")),
        // An implicit tag hides the type: pieces stay.
        (&hex!("a080 040161 0000"), &hex!("a003 040161")),
        // SET OF keeps its order.
        (
            &hex!("318107 040101 04020000"),
            &hex!("3107 040101 04020000"),
        ),
    ];
    for (input, expected) in cases {
        assert_eq!(der(input).as_ref(), expected);
    }
}

#[test]
fn refuses_bad_bit_strings_and_trailing_bytes() {
    for bad in [
        &hex!("2308 030204f0 030200f0")[..],
        &hex!("2303 030108"),
        &hex!("2303 030101"),
        &hex!("2302 0300"),
        &hex!("2303 040161"),
        &hex!("0500 00"),
        &hex!(""),
    ] {
        assert!(to_der(bad, &Limits::default()).is_err());
    }
}

/// A tree that can be written as DER and as BER in many ways.
#[derive(Clone, Debug)]
enum Node {
    Octets(Vec<u8>),
    Utf8(String),
    Bits(Vec<u8>),
    Integer(u64),
    Sequence(Vec<Node>),
    Tagged(u32, Vec<Node>),
}

fn node() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..300).prop_map(Node::Octets),
        ".{0,20}".prop_map(Node::Utf8),
        proptest::collection::vec(any::<u8>(), 0..20).prop_map(Node::Bits),
        any::<u64>().prop_map(Node::Integer),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Node::Sequence),
            (0..400_u32, proptest::collection::vec(inner, 0..6))
                .prop_map(|(number, inner)| Node::Tagged(number, inner)),
        ]
    })
}

fn as_der(node: &Node) -> Vec<u8> {
    let all = |nodes: &[Node]| nodes.iter().map(as_der).collect::<Vec<_>>().concat();
    match node {
        Node::Octets(octets) => writer::octet_string(octets),
        Node::Utf8(text) => writer::tlv(Tag::UTF8_STRING, text.as_bytes()),
        Node::Bits(octets) => writer::bit_string(octets),
        Node::Integer(number) => writer::integer_u64(*number),
        Node::Sequence(nodes) => writer::sequence(&[&all(nodes)]),
        Node::Tagged(number, nodes) => writer::explicit(*number, &all(nodes)),
    }
}

/// BER whose freedoms are decided by the bits of `choices`, used again and again.
fn as_ber(node: &Node, choices: &mut std::iter::Cycle<std::vec::IntoIter<u8>>) -> Vec<u8> {
    let mut next = || choices.next().unwrap();
    let wrap = |tag: Tag, content: &[u8], choice: u8| match choice % 3 {
        0 => writer::tlv(tag, content),
        1 if tag.constructed => {
            [&writer::indefinite(tag), content, &writer::END_OF_CONTENTS].concat()
        }
        _ => {
            let mut out = Vec::new();
            tag.write(&mut out);
            out.push(0x8a);
            out.extend_from_slice(&[0, 0]);
            out.extend_from_slice(&(content.len() as u64).to_be_bytes());
            out.extend_from_slice(content);
            out
        }
    };
    let in_pieces = |tag: Tag, pieces: Vec<Vec<u8>>, choice: u8| {
        let constructed = Tag {
            constructed: true,
            ..tag
        };
        wrap(constructed, &pieces.concat(), choice)
    };
    match node {
        Node::Octets(octets) if next() & 1 == 1 => {
            let pieces = octets.chunks(7).map(writer::octet_string).collect();
            in_pieces(Tag::OCTET_STRING, pieces, next())
        }
        Node::Utf8(text) if next() & 1 == 1 => {
            let pieces = text.as_bytes().chunks(3);
            let pieces = pieces.map(writer::octet_string).collect();
            in_pieces(Tag::UTF8_STRING, pieces, next())
        }
        Node::Bits(octets) if next() & 1 == 1 => {
            let pieces = octets.chunks(3).map(writer::bit_string).collect();
            in_pieces(Tag::BIT_STRING, pieces, next())
        }
        Node::Octets(octets) => wrap(Tag::OCTET_STRING, octets, next()),
        Node::Utf8(text) => wrap(Tag::UTF8_STRING, text.as_bytes(), next()),
        Node::Bits(octets) => wrap(Tag::BIT_STRING, &[&[0], &octets[..]].concat(), next()),
        Node::Integer(_) => as_der(node),
        Node::Sequence(nodes) | Node::Tagged(_, nodes) => {
            let tag = match node {
                Node::Tagged(number, _) => Tag::context(*number, true),
                _ => Tag::SEQUENCE,
            };
            let choice = next();
            let content: Vec<u8> = nodes.iter().flat_map(|n| as_ber(n, choices)).collect();
            wrap(tag, &content, choice)
        }
    }
}

proptest! {
    #[test]
    fn ber_becomes_the_der_of_the_same_tree(node in node(), choices in proptest::collection::vec(any::<u8>(), 1..40)) {
        let ber = as_ber(&node, &mut choices.into_iter().cycle());
        let converted = to_der(&ber, &Limits::default()).unwrap();
        prop_assert_eq!(converted.as_ref(), as_der(&node));
    }

    #[test]
    fn noise_never_panics(input in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = to_der(&input, &Limits::default());
    }

    #[test]
    fn damaged_ber_never_panics(node in node(), at in any::<prop::sample::Index>(), flip in 1..=255_u8, cut in any::<bool>()) {
        let mut ber = as_ber(&node, &mut vec![1_u8, 7, 4, 2].into_iter().cycle());
        let at = at.index(ber.len());
        if cut { ber.truncate(at) } else { ber[at] ^= flip }
        let _ = to_der(&ber, &Limits::default());
    }
}
