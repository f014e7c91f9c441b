//! Where a mutant that we accept and all peers refuse is broken, and why that does no harm.
//!
//! The field at fault is given back as it was. When a peer then accepts the same content, what was broken is in that field
//! and nowhere else. Everything that a signature, a digest or a tag vouches for is in none of these fields, or stays what it
//! is.

use crate::reading::Message;
use crate::tree::Node;
use crate::unpack;

/// A field that we read more leniently, or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Repair {
    /// Not given back, only decoded otherwise.
    Base64PastPadding,
    RecipientInfos,
    Certificates,
    DigestAlgorithms,
    Versions,
    UnsignedAttributes,
    /// Not given back, only written as DER: the values are the mutant's.
    SignedAttributesAsDer,
    /// Signers that were changed are taken out; there must be another one.
    OtherSigners,
    /// The signature around everything is taken off; there must be another one in it.
    OuterSignature,
}

impl Repair {
    pub const ALL: [Repair; 9] = [
        Repair::Base64PastPadding,
        Repair::RecipientInfos,
        Repair::Certificates,
        Repair::DigestAlgorithms,
        Repair::Versions,
        Repair::UnsignedAttributes,
        Repair::SignedAttributesAsDer,
        Repair::OtherSigners,
        Repair::OuterSignature,
    ];

    pub fn why(self) -> &'static str {
        match self {
            Repair::Base64PastPadding => {
                "a = may be taken for the end of base64 (RFC 2045 6.8), or be passed over like other junk"
            }
            Repair::RecipientInfos => {
                "a RecipientInfo that cannot be read is passed over: it protects nothing, and another one fits"
            }
            Repair::Certificates => {
                "a certificate or list that cannot be read is passed over: nothing in the bag is signed with the message"
            }
            Repair::DigestAlgorithms => {
                "digestAlgorithms is a hint (RFC 5652 5.1): the algorithm of each signer counts"
            }
            Repair::Versions => "version numbers follow from the other fields, and decide nothing",
            Repair::UnsignedAttributes => "unsigned attributes decide nothing",
            Repair::SignedAttributesAsDer => {
                "signed attributes in BER or another order: their DER is what is signed (RFC 5652 5.4), the peers take them as they are"
            }
            Repair::OtherSigners => {
                "one good signer is enough, and the report tells of the others; the peers want all of them"
            }
            Repair::OuterSignature => {
                "anybody can take off the signature around another one: the one inside is good, and the report tells of both"
            }
        }
    }

    /// The outermost layer of the mutant, with this field as it is in the base.
    pub fn apply(self, mutant: &Message, base: &Message) -> Option<Message> {
        if let (Repair::Base64PastPadding, Message::Mail(mail)) = (self, mutant) {
            let unpack::Layer { cms, content, .. } = unpack::mail_past_padding(mail)?;
            return Some(Message::Object { cms, content });
        }
        let mutant = mutant.layer()?;
        if self == Repair::OuterSignature {
            let inside = match (mutant.kind, mutant.content) {
                (unpack::Kind::Signed, None) => {
                    Node::parse(&mutant.cms)?.at(&[1, 0, 2, 1, 0])?.octets()
                }
                (unpack::Kind::Signed, Some(content)) => content,
                _ => return None,
            };
            return Some(Message::Mail(inside));
        }
        let base = Node::parse(&base.layer()?.cms)?;
        let mut tree = Node::parse(&mutant.cms)?;
        self.change(&mut tree, &base)?;
        Some(Message::Object {
            cms: tree.write(),
            content: mutant.content,
        })
    }

    fn change(self, tree: &mut Node, base: &Node) -> Option<()> {
        let is_signed = unpack::kind(&base.write()) == Some(unpack::Kind::Signed);
        let old = base.at(&[1, 0])?.children();
        let new = tree.siblings(&[1, 0, 0])?;
        match self {
            Repair::RecipientInfos if !is_signed => exchange(new, old, 0x31),
            Repair::Certificates if is_signed => {
                let is_bag = |node: &Node| node.tag == [0xa0] || node.tag == [0xa1];
                new.retain(|node| !is_bag(node));
                let bags = old.iter().filter(|node| is_bag(node)).cloned();
                new.splice(3.min(new.len())..3.min(new.len()), bags);
                Some(())
            }
            Repair::DigestAlgorithms if is_signed => {
                *new.get_mut(1)? = old.get(1)?.clone();
                Some(())
            }
            Repair::Versions => {
                *new.first_mut()? = old.first()?.clone();
                Some(())
            }
            Repair::UnsignedAttributes if is_signed => {
                let signers = new.last_mut()?;
                for signer in signers.nodes()? {
                    signer.nodes()?.retain(|node| node.tag != [0xa1]);
                }
                Some(())
            }
            Repair::SignedAttributesAsDer if is_signed => {
                for signer in new.last_mut()?.nodes()? {
                    let fields = signer.nodes()?.iter_mut();
                    for attributes in fields.filter(|node| node.tag == [0xa0]) {
                        attributes.make_definite();
                        attributes.nodes()?.sort_by_key(Node::write);
                    }
                }
                Some(())
            }
            Repair::OtherSigners if is_signed => {
                let known = old.last()?.children();
                let signers = new.last_mut()?.nodes()?;
                signers.retain(|signer| known.contains(signer));
                (!signers.is_empty()).then_some(())
            }
            _ => None,
        }
    }
}

fn exchange(new: &mut [Node], old: &[Node], tag: u8) -> Option<()> {
    let old = old.iter().find(|node| node.tag == [tag])?;
    let new = new.iter_mut().find(|node| node.tag == [tag])?;
    *new = old.clone();
    Some(())
}

/// Content, signed attributes and signature stay as they are in the mutant.
#[test]
fn no_repair_gives_back_what_is_signed() {
    let alice = crate::cast::signer(crate::ca::Key::P256);
    let signed = crate::people::protector().sign(&alice.identity).opaque();
    let cms = signed.protect_cms(b"the content").unwrap();
    let base = Message::Object { cms, content: None };
    let tree = Node::parse(base.bytes()).unwrap();
    let signer = [1, 0, tree.at(&[1, 0]).unwrap().children().len() - 1, 0];
    for place in [
        &[1, 0, 2, 1, 0][..],
        &[&signer[..], &[3, 1]].concat(),
        &[&signer[..], &[5]].concat(),
    ] {
        let mut tree = tree.clone();
        let siblings = tree.siblings(place).unwrap();
        let changed = &mut siblings[*place.last().unwrap()];
        let mut octets = changed.write();
        *octets.last_mut().unwrap() ^= 1;
        *changed = Node::parse(&octets).unwrap();
        let changed = changed.clone();
        let cms = tree.write();
        let mutant = Message::Object { cms, content: None };
        for repair in Repair::ALL {
            if let Some(Message::Object { cms: repaired, .. }) = repair.apply(&mutant, &base) {
                let repaired = Node::parse(&repaired).unwrap();
                assert_eq!(repaired.at(place), Some(&changed), "{repair:?}");
            }
        }
    }
}
