//! A bar for a large input, where somebody looks at it.

use std::io::{self, IsTerminal, Read, Seek, SeekFrom};

use indicatif::{ProgressBar, ProgressStyle};

/// Up to here nobody waits.
const LARGE: u64 = 16 << 20;

/// An input whose reading is watched.
pub struct Watched<R> {
    input: R,
    bar: ProgressBar,
    /// Bytes that are read before the last pass.
    before: u64,
}

impl<R> Watched<R> {
    /// `whole` is how many bytes will be read, where that is known.
    pub fn new(input: R, whole: Option<u64>) -> Self {
        Watched::begun(input, whole, 0)
    }

    /// An input of this size that is read twice: once to check it, once to give out the content.
    pub fn twice(input: R, size: Option<u64>) -> Self {
        let whole = size.map(|size| size.saturating_mul(2));
        Watched::begun(input, whole, size.unwrap_or_default())
    }

    fn begun(input: R, whole: Option<u64>, before: u64) -> Self {
        let is_large = whole.is_none_or(|whole| whole > LARGE);
        let bar = match whole {
            _ if !is_large || !io::stderr().is_terminal() => ProgressBar::hidden(),
            Some(whole) => ProgressBar::new(whole),
            None => ProgressBar::no_length(),
        };
        let template = "{bytes:>12} {wide_bar} {total_bytes} {eta}";
        if let (Some(_), Ok(style)) = (whole, ProgressStyle::with_template(template)) {
            bar.set_style(style);
        }
        Watched { input, bar, before }
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.bar.inc(u64::try_from(count).unwrap_or_default());
        Ok(count)
    }
}

impl<R: Seek> Seek for Watched<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = self.input.seek(to)?;
        // Whoever asks for the end asks for the size. Passes after the first may be the last, and all count as that.
        if let SeekFrom::Start(_) = to {
            let before = match self.bar.position() >= self.before {
                true => self.before,
                false => 0,
            };
            self.bar.set_position(before.saturating_add(position));
        }
        Ok(position)
    }
}

impl<R> Drop for Watched<R> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_passes_it_takes_the_bar_does_not_run_past_its_end() {
        let mut watched = Watched::twice(io::Cursor::new(vec![0; 1000]), Some(1000));
        let mut rest = Vec::new();
        for (begins, ends) in [(0, 1000), (1000, 2000), (1000, 2000)] {
            watched.seek(SeekFrom::Start(0)).unwrap();
            assert_eq!(watched.bar.position(), begins);
            watched.read_to_end(&mut rest).unwrap();
            assert_eq!(watched.bar.position(), ends);
        }
        assert_eq!(watched.seek(SeekFrom::End(0)).unwrap(), 1000);
        assert_eq!(watched.bar.position(), 2000);
        watched.seek(SeekFrom::Start(300)).unwrap();
        assert_eq!(watched.bar.position(), 1300);
    }
}
