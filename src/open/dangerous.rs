//! One pass, with everything that costs.

use std::fmt;
use std::io::{Read, Write};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::config::Config;
use super::machine::{Machine, Root};
use super::seal::BLOCK;
use super::stream_blocking::{answers, fill, reading, writing};
use crate::Error;
use crate::engine::Step;
use crate::report::Report;

/// Opens a message in one pass and **gives out its content before anything was checked**. Made by
/// [`super::Opener::dangerous`].
///
/// What is lost, against [`super::Opener::open_stream`]:
///
/// - Nobody has verified what comes out: it may be forged, changed, or cut off. Only the report at the end says so, and by then
///   it is written.
/// - Of authenticated encryption the tag stands at the end. Whoever can change the message chooses what is decrypted until then,
///   and can make whoever acts on it send the plaintext to him (EFAIL). With CBC nothing ever notices.
/// - Content that the gate would withhold is in the sink all the same. On an error, too, what was written stays written.
///
/// Some messages say too late what they are, and then one pass is not enough:
///
/// - `multipart/signed` whose `micalg` is wrong or missing while the signature has another digest: the report says that the
///   signature cannot be checked, and the verdict is not better than without it.
/// - ChaCha20-Poly1305 with authenticated attributes, which stand after the content: [`crate::ErrorKind::Decryption`], after all
///   of the content came out.
/// - Armoured CMS in a text without a CMS type: it is a text, as it is, and unsigned.
/// - `multipart/signed` without a `protocol`: [`crate::ErrorKind::Unsupported`], after the whole mail came out instead of the
///   signed part, and for one that is cut off before its signature. The same error comes whenever what came out has not the
///   length of the content that the report would be about.
///
/// So write to where nothing acts on it (a file that is deleted unless the report is good, never a browser, a shell or another
/// host), and use it only when neither the source can be read twice nor a temporary file be written.
#[derive(Clone)]
pub struct Dangerous {
    config: Arc<Config>,
}

impl Dangerous {
    pub(super) fn new(config: &Arc<Config>) -> Dangerous {
        Dangerous {
            config: Arc::clone(config),
        }
    }

    /// Opens a mail in one pass: the content goes to `sink` as it is decoded and decrypted, **unverified**. Look at
    /// the report before anything else looks at the content.
    ///
    /// # Errors
    /// As [`super::Opener::open`], [`crate::ErrorKind::Io`] of `source` or `sink`, and [`crate::ErrorKind::Unsupported`] for a
    /// message that cannot be opened in one pass. Then nothing of what was written may be used.
    pub fn open_single_pass<R: Read, W: Write>(
        &self,
        mut source: R,
        mut sink: W,
    ) -> Result<Report, Error> {
        let twin = "open_stream_async";
        self.config.check_blocking(twin)?;
        let mut machine = Machine::dangerous(&self.config, Root::Mail);
        let mut block = Zeroizing::new(vec![0; BLOCK]);
        let mut out = Zeroizing::new(Vec::new());
        let mut is_all = false;
        loop {
            let mut input: &[u8] = &[];
            if !is_all {
                let read = fill(&mut source, &mut block).map_err(reading)?;
                input = block.get(..read).unwrap_or_default();
                is_all = input.is_empty();
            }
            let mut step = match is_all {
                true => machine.finish()?,
                false => machine.push(input)?,
            };
            while let Step::Ask(questions) = step {
                for (id, answer) in answers(&self.config, &questions, twin)? {
                    machine.answer(id, answer)?;
                }
                step = match is_all {
                    true => machine.finish()?,
                    false => machine.push(&[])?,
                };
            }
            machine.take_content(&mut out)?;
            sink.write_all(&out).map_err(writing)?;
            out.clear();
            if matches!(step, Step::Finished) {
                sink.flush().map_err(writing)?;
                return Ok(machine.into_opened()?.report().clone());
            }
        }
    }
}

/// Without keys and passwords.
impl fmt::Debug for Dangerous {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dangerous").finish_non_exhaustive()
    }
}
