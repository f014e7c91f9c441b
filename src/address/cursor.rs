//! A cursor over structured header values: white space, comments, quoted strings (RFC 5322 3.2).

/// Nesting of comments. Nobody writes more than two.
const COMMENT_DEPTH: usize = 32;

/// What is left to read of a header value.
pub(crate) struct Cursor<'a> {
    pub(crate) rest: &'a str,
}

impl<'a> Cursor<'a> {
    /// The next character.
    pub(crate) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// Takes this character if it comes next.
    pub(crate) fn take(&mut self, wanted: char) -> bool {
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes the next character.
    pub(crate) fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next();
        self.rest = chars.as_str();
        c
    }

    /// Takes the longest run of wanted characters.
    pub(crate) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let length = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    /// Takes this character, or fails for this reason.
    pub(crate) fn expect(
        &mut self,
        wanted: char,
        reason: &'static str,
    ) -> Result<(), &'static str> {
        if self.take(wanted) {
            Ok(())
        } else {
            Err(reason)
        }
    }

    /// Nothing may be left.
    pub(crate) fn end(&self) -> Result<(), &'static str> {
        match self.peek() {
            None => Ok(()),
            Some(c) => Err(unexpected(c)),
        }
    }

    /// Skips white space and comments; tells whether there was any.
    pub(crate) fn skip(&mut self) -> Result<bool, &'static str> {
        let mut any = false;
        loop {
            if !self.take_while(|c| matches!(c, ' ' | '\t')).is_empty() {
                any = true;
            } else if self.peek() == Some('(') {
                self.comment()?;
                any = true;
            } else {
                return Ok(any);
            }
        }
    }

    fn comment(&mut self) -> Result<(), &'static str> {
        let mut depth = 0_usize;
        while let Some(c) = self.next() {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                '\\' => refuse_control(self.next())?,
                c => refuse_control(Some(c))?,
            }
            if depth == 0 {
                return Ok(());
            }
            if depth > COMMENT_DEPTH {
                return Err("comments are nested too deeply");
            }
        }
        Err("a comment is not closed")
    }

    /// A quoted string without its quotes and escapes (RFC 5322 3.2.4).
    pub(crate) fn quoted_string(&mut self) -> Result<String, &'static str> {
        self.expect('"', "no opening quote")?;
        let mut text = String::new();
        while let Some(c) = self.next() {
            match c {
                '"' => return Ok(text),
                '\\' => {
                    let escaped = self.next();
                    refuse_control(escaped)?;
                    text.extend(escaped);
                }
                c => {
                    refuse_control(Some(c))?;
                    text.push(c);
                }
            }
        }
        Err("a quoted string is not closed")
    }
}

fn refuse_control(c: Option<char>) -> Result<(), &'static str> {
    match c {
        Some('\t') => Ok(()),
        Some(c) if c.is_control() => Err(unexpected(c)),
        _ => Ok(()),
    }
}

/// Why this character is refused.
pub(crate) fn unexpected(c: char) -> &'static str {
    match c {
        '\r' | '\n' => "a line break",
        '\0' => "a NUL character",
        c if c.is_control() => "a control character",
        ' ' | '\t' => "white space",
        ';' => "a semicolon; addresses are separated by commas",
        ',' => "several addresses where one is expected",
        '@' => "a second @ outside quotes",
        '<' | '>' => "an angle bracket where none belongs",
        _ => "a character that does not belong there",
    }
}
