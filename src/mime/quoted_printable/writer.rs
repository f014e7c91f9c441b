//! The encoder.

/// Characters of a line before a soft break; the `=` is the 76th.
const ROOM: usize = 75;
const FROM: &[u8] = b"From ";

/// What a LF without CR stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BareLineFeed {
    /// A line break: text as it comes from a file.
    Break,
    /// A byte that must come back as it is: what a decoder gave.
    Escape,
}

/// Writes quoted-printable lines of at most 76 characters that nothing on the way changes: white space
/// at line ends, `From ` and a dot at line starts are encoded, and so is `--`, so that no line is a
/// delimiter of an enclosing multipart.
///
/// Line breaks become CRLF, a CR without LF `=0D`. Nothing is added at the end.
#[derive(Debug)]
pub(crate) struct QuotedPrintableWriter {
    bare: BareLineFeed,
    column: usize,
    /// Characters of `From ` read at the beginning of a line and not yet written.
    matched: usize,
    /// A space or tab not yet written: whether it is the last of its line decides.
    space: Option<u8>,
    carriage_return: bool,
    line_is_dash: bool,
}

impl QuotedPrintableWriter {
    /// A writer at the beginning of a body.
    pub(crate) fn new(bare: BareLineFeed) -> Self {
        QuotedPrintableWriter {
            bare,
            column: 0,
            matched: 0,
            space: None,
            carriage_return: false,
            line_is_dash: false,
        }
    }

    /// Encodes; up to five bytes stay pending.
    pub(crate) fn push(&mut self, input: &[u8], out: &mut Vec<u8>) {
        out.reserve(input.len().saturating_add(input.len() / 16));
        let mut rest = input;
        while let Some((byte, tail)) = rest.split_first() {
            if self.has_pending() {
                self.byte(*byte, out);
                rest = tail;
                continue;
            }
            rest = self.run(rest, out);
            match rest {
                [b'\r', b'\n', after @ ..] => {
                    self.hard_break(out);
                    rest = after;
                }
                [byte, after @ ..] => {
                    self.byte(*byte, out);
                    rest = after;
                }
                [] => {}
            }
        }
    }

    /// Writes the bytes at the beginning that stand for themselves, as far as the line has room, and gives the others.
    /// White space at the end of them stays pending.
    fn run<'i>(&mut self, bytes: &'i [u8], out: &mut Vec<u8>) -> &'i [u8] {
        let is_special = self.column == 0 && matches!(bytes.first(), Some(b'F' | b'.' | b'-'));
        if is_special || self.line_is_dash {
            return bytes;
        }
        let line = bytes.get(..ROOM.saturating_sub(self.column));
        let length = plain_run(line.unwrap_or(bytes));
        let (mut plain, after) = bytes.split_at(length);
        self.column += length;
        if let [before @ .., space @ (b' ' | b'\t')] = plain {
            self.space = Some(*space);
            self.column -= 1;
            plain = before;
        }
        out.extend_from_slice(plain);
        after
    }

    /// Writes what is pending; the body ends here.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.carriage_return) {
            self.put_carriage_return(out);
        }
        self.end_line(out);
    }

    fn has_pending(&self) -> bool {
        self.matched > 0 || self.space.is_some() || self.carriage_return
    }

    fn byte(&mut self, byte: u8, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.carriage_return) {
            if byte == b'\n' {
                return self.hard_break(out);
            }
            self.put_carriage_return(out);
        }
        match byte {
            b'\r' => self.carriage_return = true,
            b'\n' if self.bare == BareLineFeed::Break => self.hard_break(out),
            byte => self.character(byte, out),
        }
    }

    fn put_carriage_return(&mut self, out: &mut Vec<u8>) {
        self.character(b'\r', out);
    }

    fn character(&mut self, byte: u8, out: &mut Vec<u8>) {
        if let Some(space) = self.space.take() {
            self.make_room(1, out);
            self.put_plain(space, out);
        }
        if self.matched > 0 {
            if FROM.get(self.matched) == Some(&byte) {
                self.matched += 1;
                if self.matched == FROM.len() {
                    self.matched = 0;
                    self.put_escaped(b'F', out);
                    for plain in *b"rom" {
                        self.put_plain(plain, out);
                    }
                    self.space = Some(b' ');
                }
                return;
            }
            self.release_match(out);
        }
        match byte {
            b' ' | b'\t' => self.space = Some(byte),
            b'!'..=b'<' | b'>'..=b'~' => {
                self.make_room(1, out);
                if self.column == 0 && byte == b'F' {
                    self.matched = 1;
                } else if (self.column == 0 && byte == b'.') || (self.line_is_dash && byte == b'-')
                {
                    self.put_escaped(byte, out);
                } else {
                    self.put_plain(byte, out);
                }
            }
            byte => self.put_escaped(byte, out),
        }
    }

    fn hard_break(&mut self, out: &mut Vec<u8>) {
        self.end_line(out);
        out.extend_from_slice(b"\r\n");
        self.begin_line();
    }

    fn end_line(&mut self, out: &mut Vec<u8>) {
        self.release_match(out);
        if let Some(space) = self.space.take() {
            self.put_escaped(space, out);
        }
    }

    fn begin_line(&mut self) {
        self.column = 0;
        self.line_is_dash = false;
    }

    /// What was read of `From ` turned out to be another word.
    fn release_match(&mut self, out: &mut Vec<u8>) {
        for byte in FROM.iter().take(std::mem::take(&mut self.matched)) {
            self.put_plain(*byte, out);
        }
    }

    fn make_room(&mut self, needed: usize, out: &mut Vec<u8>) {
        if self.column + needed > ROOM {
            out.extend_from_slice(b"=\r\n");
            self.begin_line();
        }
    }

    fn put_plain(&mut self, byte: u8, out: &mut Vec<u8>) {
        self.line_is_dash = self.column == 0 && byte == b'-';
        out.push(byte);
        self.column += 1;
    }

    fn put_escaped(&mut self, byte: u8, out: &mut Vec<u8>) {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        self.make_room(3, out);
        let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or_default();
        out.extend_from_slice(&[b'=', digit(byte >> 4), digit(byte & 15)]);
        self.column += 3;
        self.line_is_dash = false;
    }
}

/// How many of the first bytes stand for themselves, at the end of a line apart.
fn plain_run(bytes: &[u8]) -> usize {
    let is_plain = |byte: &u8| matches!(byte, b'\t' | b' '..=b'~') & (*byte != b'=');
    // Sixteen at once, without a branch, are one vector.
    let (blocks, rest) = bytes.as_chunks::<16>();
    let all_plain = |block: &&[u8; 16]| block.iter().fold(true, |all, b| all & is_plain(b));
    let whole = blocks.iter().take_while(all_plain).count();
    let next = blocks.get(whole).map_or(rest, <[u8; 16]>::as_slice);
    whole * 16 + next.iter().take_while(|b| is_plain(b)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        #[test]
        fn runs_are_written_as_their_bytes_are(
            input in proptest::collection::vec(prop_oneof![
                6 => "[a-zA-Z0-9 ,;]{1,40}",
                1 => "[ \t]{1,3}",
                2 => proptest::sample::select(vec!["\r\n", "\n", "\r", "=", "ä", "--", "-", ".", "From ", "Fro", "\0"])
                    .prop_map(str::to_owned),
            ], 0..60),
            step in 1_usize..200,
            is_text: bool,
        ) {
            let bare = if is_text { BareLineFeed::Break } else { BareLineFeed::Escape };
            let input = input.concat();
            let (mut fast, mut slow) = (QuotedPrintableWriter::new(bare), QuotedPrintableWriter::new(bare));
            let (mut one, mut other) = (Vec::new(), Vec::new());
            for piece in input.as_bytes().chunks(step) {
                fast.push(piece, &mut one);
            }
            for byte in input.bytes() {
                slow.byte(byte, &mut other);
            }
            fast.finish(&mut one);
            slow.finish(&mut other);
            prop_assert_eq!(String::from_utf8(one).unwrap(), String::from_utf8(other).unwrap());
        }
    }
}
