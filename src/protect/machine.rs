//! The push machine: message in, protected message out, questions in between.

use std::time::SystemTime;

use super::compress_layer::CompressLayer;
use super::config::{Config, SignedForm};
use super::copies::CopyPlan;
use super::encrypt_layer::{EncryptLayer, encrypt_copy};
use super::error::ProtectError;
use super::layers::Layers;
use super::plan::{self, Needs};
use super::protected::ProtectedCopy;
use super::report::ProtectReport;
use super::sign_layer::SignLayer;
use crate::cms::Framing;
use crate::compose::Envelope;
use crate::compose::head::Head;
use crate::engine::{Answer, Ledger, Question, QuestionId, Step};
use crate::key::SignRequest;
use crate::mime::canonical::{Canonicalizer, Form};
use crate::mime::header::HeaderReader;
use crate::{Error, ErrorKind};

/// Protects one message without doing any input or output of its own.
///
/// Push the message in pieces of any size; the output is appended to the vector given and does not
/// depend on the pieces. When a step asks, answer every question ([`Question::answer`]
/// does it with a resolver and keys of this process), then go on. `finish` is repeated until
/// it gives [`Step::Finished`]. Nothing is written before every address has been looked up.
///
/// After an error the machine is spent.
pub struct Machine {
    config: Config,
    framing: Framing,
    single: bool,
    now: SystemTime,
    ledger: Ledger,
    state: State,
    report: ProtectReport,
    copies: Vec<CopyPlan>,
    /// Header fields outside of the protection, the same in every copy.
    outer: Vec<u8>,
    later: Vec<ProtectedCopy>,
}

enum State {
    Head(HeaderReader),
    Asking {
        head: Box<Head>,
        needs: Needs,
        body: Vec<u8>,
    },
    Body(Box<Layers>),
    Signing {
        layers: Box<Layers>,
        requests: Vec<(QuestionId, SignRequest)>,
    },
    Finished,
    Spent,
}

impl Machine {
    pub(super) fn new(config: &Config, framing: Framing, single: bool) -> Result<Self, Error> {
        config.check()?;
        Ok(Machine {
            framing,
            single: single || !framing.is_definite(),
            now: config.policy.now(),
            config: config.clone(),
            ledger: Ledger::default(),
            state: State::Head(HeaderReader::default()),
            report: ProtectReport::default(),
            copies: Vec::new(),
            outer: Vec::new(),
            later: Vec::new(),
        })
    }

    /// Takes all of `input` in. Output is appended to `out`.
    pub fn push(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<Step, ProtectError> {
        self.guarded(|machine| machine.push_inner(input, out))
    }

    /// Answers a question, in any order.
    pub fn answer(&mut self, id: QuestionId, answer: Answer) -> Result<(), Error> {
        self.ledger.answer(id, answer)
    }

    /// The input has ended. Repeat until [`Step::Finished`].
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Result<Step, ProtectError> {
        self.guarded(|machine| machine.finish_inner(out))
    }

    /// What was chosen for whom, and why; complete once output has begun.
    pub fn report(&self) -> &ProtectReport {
        &self.report
    }

    /// Whom the message in `out` goes to; `None` before the addresses are decided, and for a copy
    /// that goes to nobody.
    pub fn envelope(&self) -> Option<&Envelope> {
        self.copies.first().and_then(|copy| copy.envelope.as_ref())
    }

    /// The copies for Bcc recipients, once finished. Only a machine with definite framing makes them.
    pub fn take_later_copies(&mut self) -> Vec<ProtectedCopy> {
        std::mem::take(&mut self.later)
    }

    /// Takes nothing more and gives nothing more.
    pub(super) fn spend(&mut self) {
        self.state = State::Spent;
    }

    /// One step of a driver: pushes `input`, or finishes when there is none. Gives the questions to
    /// answer before the step is repeated; the machine has taken the input by then.
    pub(super) fn advance(
        &mut self,
        input: &mut Option<&[u8]>,
        out: &mut Vec<u8>,
    ) -> Result<Option<Vec<(QuestionId, Question)>>, ProtectError> {
        let step = match input {
            Some(input) => self.push(std::mem::take(input), out)?,
            None => self.finish(out)?,
        };
        match step {
            Step::Ask(questions) => Ok(Some(questions)),
            Step::Continue | Step::Again | Step::Finished => Ok(None),
        }
    }

    /// The time of the message, asked for once.
    pub(super) fn now(&self) -> SystemTime {
        self.now
    }

    pub(super) fn into_report(self) -> ProtectReport {
        self.report
    }

    fn guarded(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<Step, ProtectError>,
    ) -> Result<Step, ProtectError> {
        let result = work(self);
        if result.is_err() {
            self.state = State::Spent;
        }
        result
    }

    fn push_inner(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<Step, ProtectError> {
        match &mut self.state {
            State::Head(reader) => {
                if let Some(taken) = reader.push(input, &self.config.limits)? {
                    self.end_head(input.get(taken..).unwrap_or_default())?;
                }
            }
            State::Asking { body, .. } => body.extend_from_slice(input),
            State::Body(layers) => layers.push(input, out)?,
            State::Signing { .. } | State::Finished if input.is_empty() => {}
            State::Signing { .. } | State::Finished => {
                return Err(Error::misuse("input after the end of the message").into());
            }
            State::Spent => return Err(spent().into()),
        }
        self.go_on(out)
    }

    fn finish_inner(&mut self, out: &mut Vec<u8>) -> Result<Step, ProtectError> {
        if matches!(self.state, State::Head(_)) {
            self.end_head(&[])?;
        }
        if let Step::Ask(questions) = self.go_on(out)? {
            return Ok(Step::Ask(questions));
        }
        match std::mem::replace(&mut self.state, State::Spent) {
            State::Body(layers) => self.end_content(layers, out),
            State::Finished => {
                self.state = State::Finished;
                Ok(Step::Finished)
            }
            _ => Err(spent().into()),
        }
    }

    /// The header block is complete: asks for every address in it.
    fn end_head(&mut self, body: &[u8]) -> Result<(), ProtectError> {
        if let State::Head(reader) = &self.state {
            let head = Box::new(Head::parse(reader.bytes(), &self.config.limits)?);
            let needs = plan::ask(&self.config, &head, &mut self.ledger)?;
            self.state = State::Asking {
                head,
                needs,
                body: body.to_vec(),
            };
        }
        Ok(())
    }

    /// Does whatever the answers allow.
    fn go_on(&mut self, out: &mut Vec<u8>) -> Result<Step, ProtectError> {
        let open = self.ledger.open();
        if !open.is_empty() {
            return Ok(Step::Ask(open));
        }
        match std::mem::replace(&mut self.state, State::Spent) {
            State::Asking { head, needs, body } => {
                // An error on the way must not leave half a header behind.
                let mut first = Vec::new();
                let mut layers = self.begin(*head, needs, &mut first)?;
                layers.push(&body, &mut first)?;
                append(first, out);
                self.state = State::Body(layers);
                Ok(Step::Continue)
            }
            State::Signing { layers, requests } => {
                let signatures = signatures(requests, &mut self.ledger)?;
                self.end_layers(*layers, Some(&signatures), out)?;
                self.state = State::Finished;
                Ok(Step::Continue)
            }
            state => {
                self.state = state;
                Ok(Step::Continue)
            }
        }
    }

    /// Everything is decided: writes the header and sets the layers up.
    fn begin(
        &mut self,
        head: Head,
        needs: Needs,
        out: &mut Vec<u8>,
    ) -> Result<Box<Layers>, ProtectError> {
        let plan = plan::decide(&self.config, &head, &needs, &mut self.ledger, self.now)?;
        if self.single && plan.copies.len() > 1 {
            return Err(Error::from(ErrorKind::SeveralCopies).into());
        }
        self.report = plan.report;
        self.copies = plan.copies;
        for field in &head.outer {
            self.outer.extend_from_slice(field.raw());
        }
        self.outer.extend_from_slice(b"MIME-Version: 1.0\r\n");

        let random = self.config.random();
        let sign = match plan.signers.is_empty() {
            true => None,
            false => Some(SignLayer::new(
                self.config.form,
                self.framing,
                plan.signers,
                self.now,
                random,
                self.config.threads,
            )?),
        };
        let encrypts = self.config.encrypts();
        let mut encrypt = None;
        if !encrypts {
            out.extend_from_slice(&self.outer);
        } else if self.framing.is_definite() {
            encrypt = Some(EncryptLayer::held());
        } else if let Some(copy) = self.copies.first() {
            out.extend_from_slice(&self.outer);
            let cipher = self.config.cipher;
            encrypt = Some(EncryptLayer::streaming(
                cipher,
                &copy.recipients,
                random,
                out,
            )?);
        }
        let detached = sign.is_some() && self.config.form == SignedForm::Detached;
        // What is compressed travels inside base64.
        let form = match detached && !self.config.compress {
            true => Form::SevenBit,
            false => Form::Opaque,
        };
        let canonical = Canonicalizer::new(form, &self.config.limits);
        let compress = self
            .config
            .compress
            .then(|| CompressLayer::new(self.framing));
        let mut layers = Layers::begin(canonical, compress, sign, encrypt, out)?;
        for field in &head.content {
            layers.push(field.raw(), out)?;
        }
        layers.push(b"\r\n", out)?;
        Ok(Box::new(layers))
    }

    /// The content has ended: asks for the signatures, or ends at once.
    fn end_content(
        &mut self,
        mut layers: Box<Layers>,
        out: &mut Vec<u8>,
    ) -> Result<Step, ProtectError> {
        layers.end_entity(out)?;
        let requests = match layers.sign() {
            Some(sign) => sign.requests(self.config.random.as_deref())?,
            None => {
                self.end_layers(*layers, None, out)?;
                self.state = State::Finished;
                return Ok(Step::Finished);
            }
        };
        let requests = ask(requests, &mut self.ledger);
        self.state = State::Signing { layers, requests };
        Ok(Step::Ask(self.ledger.open()))
    }

    /// Ends signature and encryption, and makes the other copies.
    fn end_layers(
        &mut self,
        layers: Layers,
        signatures: Option<&[Vec<u8>]>,
        out: &mut Vec<u8>,
    ) -> Result<(), ProtectError> {
        let Some(encrypt) = layers.end_signature(signatures, out)? else {
            return Ok(());
        };
        let Some(plaintext) = encrypt.finish(out)? else {
            return Ok(());
        };
        let (cipher, random) = (self.config.cipher, self.config.random());
        let length = plaintext.length();
        let Some((last, before)) = self.copies.split_last() else {
            return Ok(());
        };
        let mut made = Vec::with_capacity(before.len());
        for copy in before {
            let mut bytes = self.outer.clone();
            let blocks = plaintext.blocks();
            encrypt_copy(cipher, &copy.recipients, length, blocks, random, &mut bytes)?;
            made.push(bytes);
        }
        let mut bytes = self.outer.clone();
        // The plaintext goes as the last ciphertext comes.
        let blocks = plaintext.into_blocks();
        encrypt_copy(cipher, &last.recipients, length, blocks, random, &mut bytes)?;
        made.push(bytes);
        let mut copies = self.copies.iter().zip(made);
        if let Some((_, first)) = copies.next() {
            append(first, out);
        }
        self.later = copies
            .map(|(copy, bytes)| ProtectedCopy {
                envelope: copy.envelope.clone(),
                bytes,
            })
            .collect();
        Ok(())
    }
}

/// Without content, keys and certificates.
impl std::fmt::Debug for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Machine")
            .field("framing", &self.framing)
            .field("copies", &self.copies.len())
            .finish_non_exhaustive()
    }
}

/// Without a copy where there is nothing yet.
fn append(mut bytes: Vec<u8>, out: &mut Vec<u8>) {
    match out.is_empty() {
        true => *out = bytes,
        false => out.append(&mut bytes),
    }
}

/// Asks for these signatures.
pub(super) fn ask(
    requests: Vec<SignRequest>,
    ledger: &mut Ledger,
) -> Vec<(QuestionId, SignRequest)> {
    let asked = |request: SignRequest| (ledger.ask(Question::Sign(request.clone())), request);
    requests.into_iter().map(asked).collect()
}

/// The signatures that were asked for, in the order of the requests.
pub(super) fn signatures(
    requests: Vec<(QuestionId, SignRequest)>,
    ledger: &mut Ledger,
) -> Result<Vec<Vec<u8>>, Error> {
    let mut signatures = Vec::with_capacity(requests.len());
    for (id, request) in requests {
        match ledger.take(id) {
            // Keys may be anywhere: a wrong signature must not leave the process.
            Some(Answer::Signature(signature)) => {
                request.check(&signature)?;
                signatures.push(signature);
            }
            Some(Answer::Failed(error)) => return Err(error),
            _ => return Err(spent()),
        }
    }
    Ok(signatures)
}

fn spent() -> Error {
    Error::misuse("this machine has failed or ended before; start a new one")
}
