//! A text going by that may be armoured CMS, as long as nothing else is in it.

use super::{Inner, Matter, STEP};
use crate::Error;
use crate::mime::armour::{self, ArmourOnly};
use crate::open::scan::{Context, Facts};

/// Bytes in which the line that begins a block is complete.
const BEGIN: usize = 128;

/// Watches a text for being one block of armoured CMS and nothing else.
#[derive(Default)]
pub(super) struct Watch {
    /// How it begins as it came, without white space.
    begin: Vec<u8>,
    only: ArmourOnly,
}

impl Watch {
    /// The text as it came.
    pub(super) fn came(&mut self, input: &[u8]) {
        let begin = match self.begin.is_empty() {
            true => input.trim_ascii_start(),
            false => input,
        };
        let room = BEGIN.saturating_sub(self.begin.len());
        self.begin.extend(begin.iter().take(room));
    }

    /// The text with its transfer encoding undone.
    pub(super) fn decoded(&mut self, text: &[u8]) {
        self.only.push(text);
    }

    fn is_out(&self) -> bool {
        let may_begin = self.begin.len() < BEGIN || armour::begins(&self.begin);
        self.only.is_out() || !may_begin
    }

    /// Whether what went by was that.
    pub(super) fn is_one(&self) -> bool {
        self.only.is_one() && armour::begins(&self.begin)
    }
}

/// The text, before and after its transfer encoding is undone.
pub(in crate::open::scan) struct TextScan {
    watch: Watch,
    inner: Inner,
    /// What is wrong with it if it is CMS.
    flaw: Option<Error>,
    /// Its transfer encoding is broken.
    is_broken: bool,
}

impl TextScan {
    pub(super) fn new(inner: Inner, flaw: Option<Error>) -> TextScan {
        TextScan {
            watch: Watch::default(),
            inner,
            flaw,
            is_broken: false,
        }
    }

    pub(super) fn push(&mut self, input: &[u8], context: &mut Context<'_>) {
        self.watch.came(input);
        for step in input.chunks(STEP) {
            if self.is_out() {
                return;
            }
            self.inner.decoded.clear();
            let pushed = self.inner.reader.push(step, &mut self.inner.decoded);
            self.is_broken |= pushed.is_err();
            self.take(context);
        }
    }

    /// Takes what was decoded.
    fn take(&mut self, context: &mut Context<'_>) {
        self.watch.decoded(&self.inner.decoded);
        if !self.is_out() && self.flaw.is_none() {
            self.inner.node.push(&self.inner.decoded, context);
        }
    }

    /// Whether it is something else, whatever follows.
    pub(super) fn is_out(&self) -> bool {
        self.is_broken || self.watch.is_out()
    }

    /// The text has ended; gives what it is instead, if it is not CMS that can be read.
    pub(super) fn finish(&mut self, context: &mut Context<'_>) -> Option<Matter> {
        self.inner.decoded.clear();
        let finished = self.inner.reader.finish(&mut self.inner.decoded);
        self.is_broken |= finished.is_err();
        self.take(context);
        if self.is_broken || !self.watch.is_one() {
            return Some(Matter::Leaf);
        }
        if let Some(flaw) = self.flaw.take() {
            return Some(Matter::Failed(flaw));
        }
        self.inner.node.finish(context);
        None
    }

    pub(super) fn resume(&mut self, context: &mut Context<'_>) {
        self.inner.node.resume(context);
    }

    pub(super) fn remember(&mut self, facts: &mut Facts) {
        self.inner.node.remember(facts);
    }

    pub(super) fn into_inner(self) -> Inner {
        self.inner
    }
}
