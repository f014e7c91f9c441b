//! Both sides with the same keys: what is timed, and that each understands the other.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use openssl::error::ErrorStack;

use crate::Failure;
use crate::measure::{self, Effort, Pair};
use crate::message;
use crate::ours::Ours;
use crate::people::{Pem, People};
use crate::theirs::Theirs;
use crate::work::{Keys, Work};

/// Both sides with the same keys.
pub struct Sides {
    pub keys: Keys,
    pub pem: Pem,
    pub ours: Ours,
    pub theirs: Theirs,
}

impl Sides {
    pub fn new(keys: Keys) -> Result<Sides, Failure> {
        let people = People::generate(keys)?;
        let pem = people.to_pem()?;
        Ok(Sides {
            keys,
            ours: Ours::new(&pem)?,
            theirs: Theirs::new(people)?,
            pem,
        })
    }

    /// Measures this work on a message in memory, after a check of what comes out.
    pub fn in_memory(&self, work: Work, mail: &[u8], effort: Effort) -> Result<Pair, Failure> {
        match work.made_by() {
            None => {
                let protector = self.ours.protector(work);
                self.understood(work, mail)?;
                measure::pair(
                    effort,
                    &|| {
                        black_box(protector.protect(mail)?);
                        Ok(())
                    },
                    &|| {
                        black_box(self.theirs.make(work, mail)?);
                        Ok(())
                    },
                )
            }
            Some(making) => {
                let raw = self.theirs.make(making, mail)?;
                let raw = raw.bytes();
                same(work, mail, self.ours.open(work, raw)?.bytes())?;
                same(work, mail, self.theirs.open(work, raw)?.bytes())?;
                measure::pair(
                    effort,
                    &|| {
                        black_box(self.ours.open(work, raw)?);
                        Ok(())
                    },
                    &|| {
                        black_box(self.theirs.open(work, raw)?);
                        Ok(())
                    },
                )
            }
        }
    }

    /// The same for an opening, with this crate in one pass: what comes out is not held back until it is verified, as
    /// OpenSSL's is not.
    pub fn in_one_pass(&self, work: Work, mail: &[u8], effort: Effort) -> Result<Pair, Failure> {
        let making = work.made_by().ok_or("not an opening")?;
        let raw = self.theirs.make(making, mail)?;
        let raw = raw.bytes();
        same(work, mail, &self.ours.open_in_one_pass(work, raw)?)?;
        same(work, mail, self.theirs.open(work, raw)?.bytes())?;
        measure::pair(
            effort,
            &|| {
                black_box(self.ours.open_in_one_pass(work, raw)?);
                Ok(())
            },
            &|| {
                black_box(self.theirs.open(work, raw)?);
                Ok(())
            },
        )
    }

    /// The same from file to file.
    pub fn in_files(&self, work: Work, files: &Files, effort: Effort) -> Result<Pair, Failure> {
        let input = files.input(self, work)?;
        let (ours, theirs) = (files.path("ours"), files.path("theirs"));
        self.ours.file(work, &input, &ours)?;
        self.theirs.file(work, &input, &theirs)?;
        let mail = fs::read(files.path("mail"))?;
        match work.made_by() {
            Some(_) => {
                same(work, &mail, &fs::read(&ours)?)?;
                same(work, &mail, &fs::read(&theirs)?)?;
            }
            None => self.both_open(work, &mail, &fs::read(&ours)?, &fs::read(&theirs)?)?,
        }
        drop(mail);
        measure::pair(effort, &|| self.ours.file(work, &input, &ours), &|| {
            self.theirs.file(work, &input, &theirs)
        })
    }

    /// What each side makes is opened by the other.
    fn understood(&self, work: Work, mail: &[u8]) -> Result<(), Failure> {
        let ours = self.ours.protector(work).protect(mail)?;
        let theirs = self.theirs.make(work, mail)?;
        self.both_open(work, mail, ours.message(), theirs.bytes())
    }

    fn both_open(
        &self,
        work: Work,
        mail: &[u8],
        ours: &[u8],
        theirs: &[u8],
    ) -> Result<(), Failure> {
        let opening = work.opened_by();
        same(work, mail, self.theirs.open(opening, ours)?.bytes())?;
        same(work, mail, self.ours.open(opening, theirs)?.bytes())
    }
}

/// The content must be the body of the mail, octet for octet.
fn same(work: Work, mail: &[u8], content: &[u8]) -> Result<(), Failure> {
    match message::body(mail) == message::body(content) {
        true => Ok(()),
        false => Err(format!("{}: the content changed", work.word()).into()),
    }
}

/// A folder with the mail of one size and what is made of it; removed when dropped.
pub struct Files {
    folder: PathBuf,
}

impl Files {
    /// Makes the folder, and writes a mail of this size.
    pub fn new(below: &Path, size: u64) -> Result<Files, Failure> {
        let folder = below.join(format!("smime-compare-{}-{size}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let files = Files { folder };
        let mut sink = std::io::BufWriter::new(fs::File::create(files.path("mail"))?);
        message::write(size, &mut sink)?;
        Ok(files)
    }

    /// A file in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What this work reads: the mail, or what OpenSSL made of it. (What it cannot make, because it is too large,
    /// this crate makes.)
    pub fn input(&self, sides: &Sides, work: Work) -> Result<PathBuf, Failure> {
        let mail = self.path("mail");
        let Some(making) = work.made_by() else {
            return Ok(mail);
        };
        let made = self.path(&format!("{}-{}", making.word(), sides.keys));
        if !made.exists() {
            let by_theirs = sides.theirs.file(making, &mail, &made);
            if by_theirs.is_err() {
                // Its queue of errors would be reported with the next failure.
                drop(ErrorStack::get());
                sides.ours.file(making, &mail, &made)?;
            }
        }
        Ok(made)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        // A folder that stays is no reason to fail after all has been measured.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
