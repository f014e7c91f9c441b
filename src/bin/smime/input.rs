//! Input: stdin, files, pipes, devices.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Result, anyhow, bail};

/// Where a message comes from.
pub enum Input {
    /// It can be read again.
    File(File),
    /// It goes by once: stdin, a pipe, a device.
    Stream(Box<dyn Read>),
}

impl Input {
    pub fn open(path: &Path) -> Result<Input> {
        if is_standard(path) {
            return Ok(Input::Stream(Box::new(io::stdin().lock())));
        }
        let file = File::open(path).map_err(|error| reading(path, &error))?;
        let about = file.metadata().map_err(|error| reading(path, &error))?;
        // What the kernel makes up while it is read has no size.
        Ok(match about.is_file() && about.len() > 0 {
            true => Input::File(file),
            false => Input::Stream(Box::new(file)),
        })
    }

    /// Its size in bytes, where it is known.
    pub fn size(&self) -> Option<u64> {
        match self {
            Input::File(file) => file.metadata().ok().map(|about| about.len()),
            Input::Stream(_) => None,
        }
    }

    pub fn reader(self) -> Box<dyn Read> {
        match self {
            Input::File(file) => Box::new(file),
            Input::Stream(stream) => stream,
        }
    }
}

/// Reads all of it into memory.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut input = Input::open(path)?.reader();
    input
        .read_to_end(&mut bytes)
        .map_err(|error| reading(path, &error))?;
    Ok(bytes)
}

/// Reads all of it into memory, if it is at most `limit` MiB.
pub fn read_at_most(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let bound = limit.saturating_mul(1 << 20);
    let mut bytes = Vec::new();
    let mut input = Input::open(path)?.reader().take(bound.saturating_add(1));
    input
        .read_to_end(&mut bytes)
        .map_err(|error| reading(path, &error))?;
    if u64::try_from(bytes.len())? > bound {
        bail!("{}: larger than {limit} MiB", name(path).display());
    }
    Ok(bytes)
}

/// How it begins: as many bytes as there are, at most `most`.
pub fn begin(input: &mut impl Read, most: usize) -> io::Result<Vec<u8>> {
    let mut begin = Vec::with_capacity(most);
    input
        .take(u64::try_from(most).unwrap_or(u64::MAX))
        .read_to_end(&mut begin)?;
    Ok(begin)
}

pub fn reading(path: &Path, error: &io::Error) -> anyhow::Error {
    anyhow!("{}: {error}", name(path).display())
}

/// What a person calls this input.
pub fn name(path: &Path) -> &Path {
    match is_standard(path) {
        true => Path::new("stdin"),
        false => path,
    }
}

pub fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_larger_than_it_may_be_is_refused_and_what_is_as_large_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, vec![0; 1 << 20]).unwrap();
        assert_eq!(read_at_most(&path, 1).unwrap().len(), 1 << 20);
        std::fs::write(&path, vec![0; (1 << 20) + 1]).unwrap();
        let error = read_at_most(&path, 1).unwrap_err().to_string();
        assert!(error.ends_with("file: larger than 1 MiB"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn only_what_can_be_read_again_is_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, b"content").unwrap();
        assert!(matches!(Input::open(&path).unwrap(), Input::File(_)));
        for other in ["/dev/null", "-"] {
            let input = Input::open(Path::new(other)).unwrap();
            assert!(matches!(input, Input::Stream(_)) && input.size().is_none());
        }
    }
}
