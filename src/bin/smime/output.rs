//! Output: stdout, devices, and files that appear only when they are whole.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use tempfile::NamedTempFile;

use crate::input::is_standard;

/// Names that Unix has for stdout.
const STDOUT: [&str; 3] = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// Where the result goes.
pub enum Output {
    /// Nothing to undo: stdout, a pipe, a device.
    Stream(Box<dyn Write>),
    /// Written beside the file it becomes.
    File {
        temporary: BufWriter<NamedTempFile>,
        path: PathBuf,
    },
}

impl Output {
    pub fn create(path: &Path) -> Result<Output> {
        let named = |error: io::Error| anyhow!("{}: {error}", path.display());
        // By whatever name: if stdout is a file, what the shell writes to it later belongs behind this.
        if is_standard(path) || STDOUT.iter().any(|name| path == Path::new(name)) {
            return Ok(Output::Stream(Box::new(io::stdout().lock())));
        }
        // A link stays a link, and what is no file, such as /dev/null or a pipe, is not replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if fs::metadata(&path).is_ok_and(|about| !about.is_file()) {
            let file = File::options().write(true).open(&path).map_err(named)?;
            return Ok(Output::Stream(Box::new(BufWriter::new(file))));
        }
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        fs::metadata(folder).map_err(named)?;
        let temporary = temporary_in(folder).map_err(named)?;
        Ok(Output::File {
            temporary: BufWriter::with_capacity(64 << 10, temporary),
            path,
        })
    }

    /// Ends the output: only now is there a file.
    pub fn commit(self) -> Result<()> {
        match self {
            Output::Stream(mut stream) => {
                stream.flush().map_err(|error| anyhow!("output: {error}"))
            }
            Output::File { temporary, path } => {
                let named = |error: io::Error| anyhow!("{}: {error}", path.display());
                let temporary = temporary
                    .into_inner()
                    .map_err(|error| named(error.into_error()))?;
                temporary
                    .persist(&path)
                    .map_err(|error| named(error.error))?;
                Ok(())
            }
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Output::Stream(stream) => stream.write(bytes),
            Output::File { temporary, .. } => temporary.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Output::Stream(stream) => stream.flush(),
            Output::File { temporary, .. } => temporary.flush(),
        }
    }
}

/// What a person calls this output.
pub fn output_name(path: &Path) -> &Path {
    match is_standard(path) {
        true => Path::new("stdout"),
        false => path,
    }
}

fn temporary_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".smime-");
    // An ordinary file, less what the umask takes: it is mail, not a secret of this program.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_appears_only_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.eml");
        let names = || fs::read_dir(folder.path()).unwrap().count();

        let mut output = Output::create(&path).unwrap();
        output.write_all(b"half").unwrap();
        assert!(!path.exists());
        drop(output);
        assert_eq!(names(), 0);

        fs::write(&path, "before").unwrap();
        let mut output = Output::create(&path).unwrap();
        output.write_all(b"whole").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"before");
        output.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(names(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn devices_and_links_are_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "before").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let mut output = Output::create(&link).unwrap();
        output.write_all(b"after").unwrap();
        output.commit().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"after");
        assert!(matches!(
            Output::create(Path::new("/dev/null")).unwrap(),
            Output::Stream(_)
        ));
    }
}
