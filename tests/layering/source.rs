//! Rust source, read crudely: without comments and literals, and without what only tests see.

const TEST_ATTRIBUTES: [&str; 2] = ["#[cfg(test)]", "#[cfg(all(test,"];

/// Source text in which comments and the contents of literals are blanked out.
pub struct Source(String);

impl Source {
    pub fn new(text: &str) -> Source {
        let text: Vec<char> = text.chars().collect();
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        while at < text.len() {
            let end = skipped(&text, at, out.chars().next_back());
            if end == at {
                out.push(text[at]);
                at += 1;
            } else {
                out.push(' ');
                out.extend(text[at..end].iter().filter(|c| **c == '\n'));
                at = end;
            }
        }
        Source(out)
    }

    pub fn text(&self) -> &str {
        &self.0
    }

    /// The same without the items under `#[cfg(test)]`.
    pub fn without_tests(&self) -> String {
        let mut out = String::new();
        let mut rest = self.text();
        while let Some(at) = next_test_item(rest) {
            out.push_str(&rest[..at]);
            rest = &rest[at + item_len(&rest[at..])..];
        }
        out + rest
    }

    /// Names of the files' worth of modules under `#[cfg(test)]`.
    pub fn test_modules(&self) -> Vec<&str> {
        let mut found = Vec::new();
        let mut rest = self.text();
        while let Some(at) = next_test_item(rest) {
            let item = &rest[at..at + item_len(&rest[at..])];
            let declaration = item.split(']').next_back().unwrap_or_default();
            if let Some((_, name)) = declaration.split_once("mod ")
                && name.ends_with(';')
            {
                found.push(identifier(name));
            }
            rest = &rest[at + item.len()..];
        }
        found
    }
}

fn next_test_item(text: &str) -> Option<usize> {
    TEST_ATTRIBUTES
        .iter()
        .filter_map(|attribute| text.find(attribute))
        .min()
}

/// Length of an item that begins with an attribute: up to its `;` or to the end of its braces.
fn item_len(text: &str) -> usize {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Where the comment or literal that begins here ends; `at` itself if none begins.
fn skipped(text: &[char], at: usize, before: Option<char>) -> usize {
    let next = text.get(at + 1).copied();
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    match (text[at], next) {
        ('/', Some('/')) => position(text, at, '\n'),
        ('/', Some('*')) => block_comment(text, at),
        ('"', _) => string(text, at + 1),
        ('r', Some('"' | '#')) if !in_word => raw_string(text, at),
        ('b', Some('r')) if !in_word && matches!(text.get(at + 2), Some('"' | '#')) => {
            raw_string(text, at + 1)
        }
        ('\'', Some('\\')) => position(text, at + 3, '\'') + 1,
        // A lifetime has no quote behind its first letter.
        ('\'', Some(_)) if text.get(at + 2) == Some(&'\'') => at + 3,
        _ => at,
    }
}

fn position(text: &[char], from: usize, wanted: char) -> usize {
    let tail = text.iter().skip(from);
    tail.take_while(|c| **c != wanted).count() + from.min(text.len())
}

fn block_comment(text: &[char], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0usize);
    while at + 1 < text.len() {
        match (text[at], text[at + 1]) {
            ('/', '*') => (at, depth) = (at + 2, depth + 1),
            ('*', '/') if depth == 1 => return at + 2,
            ('*', '/') => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
    }
    text.len()
}

fn string(text: &[char], mut at: usize) -> usize {
    while at < text.len() {
        match text[at] {
            '"' => return at + 1,
            '\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

/// `at` is the `r`. A raw identifier is not a string.
fn raw_string(text: &[char], at: usize) -> usize {
    let hashes = text[at + 1..].iter().take_while(|c| **c == '#').count();
    if text.get(at + 1 + hashes) != Some(&'"') {
        return at;
    }
    let mut end = at + 2 + hashes;
    while end < text.len() {
        let closing = text[end + 1..].iter().take_while(|c| **c == '#').count();
        if text[end] == '"' && closing >= hashes {
            return end + 1 + hashes;
        }
        end += 1;
    }
    text.len()
}

/// The identifier at the beginning of the text.
pub fn identifier(text: &str) -> &str {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_');
    &text[..end.unwrap_or(text.len())]
}

/// Every name of the crate root that a file uses, through `crate::` or through enough `super::`.
pub fn root_names(text: &str, depth: usize) -> Vec<String> {
    let mut names = Vec::new();
    let up = "super::".repeat(depth);
    for prefix in ["crate::", up.as_str()] {
        for (at, _) in text.match_indices(prefix) {
            let before = text[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || "_:$".contains(c)) {
                continue;
            }
            names.extend(first_names(&text[at + prefix.len()..]));
        }
    }
    names
}

/// The name that follows, or those of a group in braces.
fn first_names(text: &str) -> Vec<String> {
    let Some(group) = text.trim_start().strip_prefix('{') else {
        return vec![identifier(text).to_owned()];
    };
    let (mut depth, mut names, mut begun) = (0usize, Vec::new(), true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begun = true,
            c if begun && !c.is_whitespace() => {
                names.push(identifier(&group[at..]).to_owned());
                begun = false;
            }
            _ => {}
        }
    }
    names
}
