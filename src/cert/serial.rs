//! Serial numbers as numbers.

/// An INTEGER without the octets that only repeat its sign: certificates and those who speak of them need not
/// agree on them.
pub(super) fn shortest(mut number: &[u8]) -> &[u8] {
    while let [first @ (0x00 | 0xff), rest @ ..] = number
        && rest
            .first()
            .is_some_and(|second| (first ^ second) & 0x80 == 0)
    {
        number = rest;
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_repeated_signs_are_left_out() {
        assert_eq!(shortest(&[0, 0, 0x7f]), [0x7f]);
        assert_eq!(shortest(&[0, 0, 0x80]), [0, 0x80]);
        assert_eq!(shortest(&[0xff, 0xff, 0x80]), [0x80]);
        assert_eq!(shortest(&[0xff, 0x7f]), [0xff, 0x7f]);
        assert_eq!(shortest(&[0, 0]), [0]);
        assert!(shortest(&[]).is_empty());
    }
}
