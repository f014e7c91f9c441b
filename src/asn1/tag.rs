//! Identifier octets (X.690 8.1.2).

/// Why octets are not the tag or header that they should be.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Bad {
    /// They end too early; more of them may make it one.
    Short(&'static str),
    /// Nothing can make it one.
    Wrong(&'static str),
}

impl Bad {
    pub(super) fn detail(self) -> &'static str {
        match self {
            Bad::Short(detail) | Bad::Wrong(detail) => detail,
        }
    }
}

/// Class of a tag.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    Universal,
    Application,
    ContextSpecific,
    Private,
}

/// A tag: class, form and number. Two tags of different form are different.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Tag {
    pub class: Class,
    pub constructed: bool,
    pub number: u32,
}

impl Tag {
    pub const END_OF_CONTENTS: Tag = Tag::universal(0, false);
    pub const BOOLEAN: Tag = Tag::universal(1, false);
    pub const INTEGER: Tag = Tag::universal(2, false);
    pub const BIT_STRING: Tag = Tag::universal(3, false);
    pub const OCTET_STRING: Tag = Tag::universal(4, false);
    pub const NULL: Tag = Tag::universal(5, false);
    pub const OID: Tag = Tag::universal(6, false);
    pub const ENUMERATED: Tag = Tag::universal(10, false);
    pub const UTF8_STRING: Tag = Tag::universal(12, false);
    pub const SEQUENCE: Tag = Tag::universal(16, true);
    pub const SET: Tag = Tag::universal(17, true);
    pub const UTC_TIME: Tag = Tag::universal(23, false);
    pub const GENERALIZED_TIME: Tag = Tag::universal(24, false);
    pub const BMP_STRING: Tag = Tag::universal(30, false);

    const fn universal(number: u32, constructed: bool) -> Tag {
        Tag {
            class: Class::Universal,
            constructed,
            number,
        }
    }

    /// `[number]`.
    pub const fn context(number: u32, constructed: bool) -> Tag {
        Tag {
            class: Class::ContextSpecific,
            constructed,
            number,
        }
    }

    /// The same tag in primitive form, for strings, which BER may send in either.
    pub const fn primitive(self) -> Tag {
        Tag {
            constructed: false,
            ..self
        }
    }

    /// The same tag in constructed form.
    pub const fn constructed(self) -> Tag {
        Tag {
            constructed: true,
            ..self
        }
    }

    /// Whether the value is a string, which BER may send in pieces (X.690 8.6, 8.7, 8.23, 8.25).
    pub(super) fn is_universal_string(self) -> bool {
        self.class == Class::Universal && matches!(self.number, 3 | 4 | 12 | 18..=28 | 30)
    }

    /// Splits identifier octets from the front: the tag and how many octets it took.
    pub(super) fn split(input: &[u8]) -> Result<(Tag, usize), Bad> {
        let short = Bad::Short("it ends before a tag");
        let (&first, more) = input.split_first().ok_or(short)?;
        let class = match first >> 6 {
            0 => Class::Universal,
            1 => Class::Application,
            2 => Class::ContextSpecific,
            _ => Class::Private,
        };
        let constructed = first & 0x20 != 0;
        let low = first & 0x1f;
        if low != 0x1f {
            let number = u32::from(low);
            return Ok((
                Tag {
                    class,
                    constructed,
                    number,
                },
                1,
            ));
        }
        let mut number = 0_u32;
        for (index, &octet) in more.iter().enumerate() {
            if index == 0 && octet == 0x80 {
                return Err(Bad::Wrong("a tag number begins with a zero octet"));
            }
            if number >> 25 != 0 {
                return Err(Bad::Wrong("a tag number is too large"));
            }
            number = number << 7 | u32::from(octet & 0x7f);
            if octet & 0x80 == 0 {
                return Ok((
                    Tag {
                        class,
                        constructed,
                        number,
                    },
                    index.saturating_add(2),
                ));
            }
        }
        Err(Bad::Short("it ends inside a tag"))
    }

    /// Appends the identifier octets.
    pub(super) fn write(self, out: &mut Vec<u8>) {
        let class = match self.class {
            Class::Universal => 0,
            Class::Application => 0x40,
            Class::ContextSpecific => 0x80,
            Class::Private => 0xc0,
        };
        let first = class | if self.constructed { 0x20 } else { 0 };
        match u8::try_from(self.number) {
            Ok(low) if low < 0x1f => out.push(first | low),
            _ => {
                out.push(first | 0x1f);
                let groups = (32 - self.number.leading_zeros()).div_ceil(7).max(1);
                for group in (0..groups).rev() {
                    let [.., low] = (self.number >> (7 * group)).to_be_bytes();
                    out.push(low & 0x7f | if group == 0 { 0 } else { 0x80 });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_high_tag_numbers() {
        // X.690 8.1.2.4; [201] by hand: 201 = 1 * 128 + 73.
        for (octets, number) in [
            (&b"\xbf\x1f"[..], 31),
            (b"\xbf\x81\x49", 201),
            (b"\xbf\x8f\xff\xff\xff\x7f", u32::MAX),
        ] {
            let tag = Tag::context(number, true);
            assert_eq!(Tag::split(octets), Ok((tag, octets.len())));
            let mut out = Vec::new();
            tag.write(&mut out);
            assert_eq!(out, octets);
        }
        assert!(Tag::split(b"\xbf\x90\x80\x80\x80\x00").is_err());
        assert!(Tag::split(b"\xbf\x80\x01").is_err());
        assert!(Tag::split(b"\xbf\x81").is_err());
        assert!(Tag::split(b"").is_err());
    }
}
