//! BER as a tree that can be changed and written again, as a whole or broken.

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Identifier octets.
    pub tag: Vec<u8>,
    pub content: Content,
    pub length: Length,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    Octets(Vec<u8>),
    Nodes(Vec<Node>),
}

/// How its length is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    Definite,
    /// With so many octets more than are needed.
    Long(usize),
    Indefinite,
    /// Not the length it has, but so much more, or less.
    Off(isize),
}

impl Node {
    /// One value that fills all of these octets.
    pub fn parse(ber: &[u8]) -> Option<Node> {
        let (node, rest) = Node::read(ber, 0)?;
        rest.is_empty().then_some(node)
    }

    fn read(ber: &[u8], depth: usize) -> Option<(Node, &[u8])> {
        let (first, mut rest) = ber.split_first()?;
        let mut tag = vec![*first];
        if first & 0x1f == 0x1f {
            return None;
        }
        if depth > 60 {
            return None;
        }
        let is_constructed = tag.first()? & 0x20 != 0;
        let (first, after) = rest.split_first()?;
        rest = after;
        tag.truncate(1);
        if *first == 0x80 {
            let mut nodes = Vec::new();
            while !rest.starts_with(&[0, 0]) {
                let (node, after) = Node::read(rest, depth + 1)?;
                nodes.push(node);
                rest = after;
            }
            let content = Content::Nodes(nodes);
            let length = Length::Indefinite;
            return Some((
                Node {
                    tag,
                    content,
                    length,
                },
                rest.get(2..)?,
            ));
        }
        let length = match first {
            0..=0x7f => usize::from(*first),
            0x81..=0x84 => {
                let (octets, after) = rest.split_at_checked(usize::from(first & 0x7f))?;
                rest = after;
                octets
                    .iter()
                    .fold(0, |sum, octet| sum << 8 | usize::from(*octet))
            }
            _ => return None,
        };
        let (octets, rest) = rest.split_at_checked(length)?;
        let content = match is_constructed {
            false => Content::Octets(octets.to_vec()),
            // What cannot be read inside stays as it is.
            true => match Node::read_all(octets, depth + 1) {
                Some(nodes) => Content::Nodes(nodes),
                None => Content::Octets(octets.to_vec()),
            },
        };
        let length = Length::Definite;
        Some((
            Node {
                tag,
                content,
                length,
            },
            rest,
        ))
    }

    fn read_all(mut octets: &[u8], depth: usize) -> Option<Vec<Node>> {
        let mut nodes = Vec::new();
        while !octets.is_empty() {
            let (node, after) = Node::read(octets, depth)?;
            nodes.push(node);
            octets = after;
        }
        Some(nodes)
    }

    /// Definite lengths of the least size and strings in one piece, for this value and all below it.
    pub fn make_definite(&mut self) {
        self.length = Length::Definite;
        if self.tag == [0x24] {
            (self.tag, self.content) = (vec![0x04], Content::Octets(self.octets()));
        }
        self.nodes()
            .into_iter()
            .flatten()
            .for_each(Node::make_definite);
    }

    pub fn write(&self) -> Vec<u8> {
        let content = match &self.content {
            Content::Octets(octets) => octets.clone(),
            Content::Nodes(nodes) => nodes.iter().flat_map(Node::write).collect(),
        };
        let mut out = self.tag.clone();
        let (told, least) = match self.length {
            Length::Indefinite => {
                out.push(0x80);
                out.extend(content);
                out.extend([0, 0]);
                return out;
            }
            Length::Definite => (content.len(), 0),
            Length::Long(more) => (content.len(), more),
            Length::Off(by) => (content.len().saturating_add_signed(by), 0),
        };
        let octets = told.to_be_bytes();
        let zeros = octets.iter().take_while(|octet| **octet == 0).count();
        if told < 0x80 && least == 0 {
            out.push(u8::try_from(told).unwrap());
        } else {
            let used = &octets[zeros..];
            out.push(0x80 | u8::try_from(used.len() + least).unwrap());
            out.extend(std::iter::repeat_n(0, least));
            out.extend(used);
        }
        out.extend(content);
        out
    }

    pub fn children(&self) -> &[Node] {
        match &self.content {
            Content::Nodes(nodes) => nodes,
            Content::Octets(_) => &[],
        }
    }

    /// The values in this one.
    pub fn nodes(&mut self) -> Option<&mut Vec<Node>> {
        match &mut self.content {
            Content::Nodes(nodes) => Some(nodes),
            Content::Octets(_) => None,
        }
    }

    /// The value at the end of this path.
    pub fn at(&self, path: &[usize]) -> Option<&Node> {
        path.iter()
            .try_fold(self, |node, index| node.children().get(*index))
    }

    /// The values beside the one at the end of this path, and it.
    pub fn siblings(&mut self, path: &[usize]) -> Option<&mut Vec<Node>> {
        let (_, parents) = path.split_last()?;
        let mut node = self;
        for index in parents {
            node = node.nodes()?.get_mut(*index)?;
        }
        node.nodes()
    }

    /// The octets of a string, joined when it is constructed.
    pub fn octets(&self) -> Vec<u8> {
        match &self.content {
            Content::Octets(octets) => octets.clone(),
            Content::Nodes(nodes) => nodes.iter().flat_map(Node::octets).collect(),
        }
    }

    /// The paths of all values below this one.
    pub fn paths(&self) -> Vec<Vec<usize>> {
        let mut found = Vec::new();
        for (index, child) in self.children().iter().enumerate() {
            found.push(vec![index]);
            let below = child.paths().into_iter();
            found.extend(below.map(|path| [&[index], &path[..]].concat()));
        }
        found
    }
}

#[test]
fn a_tree_is_written_as_it_was_read() {
    let definite = b"\x30\x07\x02\x01\x05\xa0\x02\x04\x00";
    let indefinite = b"\x30\x80\x02\x01\x05\x24\x80\x04\x01a\x04\x01b\x00\x00\x00\x00";
    for ber in [&definite[..], indefinite] {
        let mut tree = Node::parse(ber).unwrap();
        assert_eq!(tree.write(), ber);
        tree.siblings(&[0]).unwrap().remove(0);
        assert!(tree.write().len() < ber.len());
    }
    assert_eq!(
        Node::parse(indefinite).unwrap().at(&[1]).unwrap().octets(),
        b"ab"
    );
    assert_eq!(Node::parse(indefinite).unwrap().paths().len(), 4);
    assert_eq!(Node::parse(b"\x30\x03\x02\x01"), None);
    let unreadable = b"\x30\x04\xa0\x02\x02\x01";
    assert_eq!(Node::parse(unreadable).unwrap().write(), unreadable);
    let mut tree = Node::parse(indefinite).unwrap();
    tree.make_definite();
    assert_eq!(tree.write(), b"\x30\x07\x02\x01\x05\x04\x02ab");
}
