//! Encrypted content going by: the key is looked for when the head is there, then it is decrypted on the way.

use std::sync::Arc;

use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use super::facts::{Facts, Way};
use super::layer::{Content, inside};
use super::node::{Begin, Node, Spot};
use super::{Context, FREE, Holding};
use crate::cms::read::enveloped::ContentKey;
use crate::cms::read::{EnvelopedData, Received};
use crate::crypto::decryptor::Decryptor;
use crate::open::buffer::Gather;
use crate::open::keys::{KeySearch, Opening, Progress};
use crate::open::trouble::{Trouble, limit};
use crate::open::view::{Transform, View};
use crate::{Error, ErrorKind, Limits};

/// How much is decrypted at once, in bytes.
const STEP: usize = 32 << 10;

/// Encrypted content going by.
pub(super) struct SealedScan {
    begin: Begin,
    limits: Limits,
    /// The object up to the content.
    head: Zeroizing<Vec<u8>>,
    /// Of the object, inside of another layer without a `ContentInfo`.
    content_type: Option<ObjectIdentifier>,
    key: Key,
    /// Ciphertext that came before the key.
    pending: Gather,
    has_ended: bool,
    plaintext: Zeroizing<Vec<u8>>,
}

enum Key {
    Searching(KeySearch),
    /// It is in an authenticated encryption that has not ended: nobody is asked about what may be forged.
    Later,
    Open(Box<Open>),
    Closed(Trouble),
}

/// Content that is being decrypted.
struct Open {
    opening: Opening,
    key: Arc<ContentKey>,
    decryptor: Option<Decryptor>,
    /// The decryptor was given the authAttrs.
    knows_attributes: bool,
    way: Way,
    node: Node,
    failed: Option<Error>,
}

impl SealedScan {
    pub(super) fn new(
        head: Zeroizing<Vec<u8>>,
        content_type: Option<ObjectIdentifier>,
        begin: &Begin,
        context: &mut Context<'_>,
    ) -> Result<SealedScan, Error> {
        let mut sealed = SealedScan {
            begin: begin.protected(),
            limits: context.shared.config.limits,
            head,
            content_type,
            key: Key::Searching(KeySearch::default()),
            pending: Gather::default(),
            has_ended: false,
            plaintext: Zeroizing::new(Vec::with_capacity(STEP)),
        };
        match context.shared.facts.openings.remove(&begin.way) {
            Some(Ok(opening)) => {
                sealed.key =
                    sealed.with_head(|data| open(data, opening, &sealed.begin, context))?;
            }
            Some(Err(trouble)) => sealed.key = Key::Closed(trouble),
            None if begin.is_unverified => sealed.key = later(begin, context),
            None => sealed.search(KeySearch::default(), context)?,
        }
        Ok(sealed)
    }

    fn with_head<T>(&self, look: impl FnOnce(&EnvelopedData<'_>) -> T) -> Result<T, Error> {
        let content_type = self.content_type.as_ref();
        let data = EnvelopedData::read_head(&self.head, content_type, &self.limits)?;
        Ok(look(&data))
    }

    fn search(&mut self, search: KeySearch, context: &mut Context<'_>) -> Result<(), Error> {
        self.key = self.with_head(|data| match search.go_on(data, context.searching()) {
            Ok(Progress::Waiting(search)) => Key::Searching(search),
            Ok(Progress::Found(opening)) => open(data, opening, &self.begin, context),
            Err(trouble) => Key::Closed(trouble),
        })?;
        Ok(())
    }

    pub(super) fn push(&mut self, ciphertext: &[u8], context: &mut Context<'_>) {
        match &mut self.key {
            Key::Searching(_) => self.set_aside(ciphertext),
            Key::Open(open) => open.push(ciphertext, &mut self.plaintext, context),
            Key::Later | Key::Closed(_) => {}
        }
    }

    /// What a little input unpacks to may be much.
    fn set_aside(&mut self, ciphertext: &[u8]) {
        if self.pending.get().len().saturating_add(ciphertext.len()) <= FREE {
            return self.pending.push(ciphertext);
        }
        self.pending = Gather::default();
        let what = "encrypted content that came before its key, in bytes";
        self.key = Key::Closed(Trouble::Node(limit(what, FREE)));
    }

    /// `whole` is the object without its content.
    pub(super) fn finish(&mut self, whole: &Received<'_>, context: &mut Context<'_>) {
        self.has_ended = true;
        if let (Key::Open(open), Received::Enveloped(data)) = (&mut self.key, whole) {
            open.finish(data, &mut self.plaintext, context);
        }
    }

    /// Goes on with the search, or with what is inside.
    pub(super) fn resume(&mut self, whole: Option<&Received<'_>>, context: &mut Context<'_>) {
        let Key::Searching(search) = &mut self.key else {
            if let Key::Open(open) = &mut self.key
                && open.failed.is_none()
            {
                open.node.resume(context);
            }
            return;
        };
        let search = std::mem::take(search);
        if let Err(error) = self.search(search, context) {
            self.key = Key::Closed(error.into());
        }
        if matches!(self.key, Key::Searching(_)) {
            return;
        }
        let pending = std::mem::take(&mut self.pending);
        self.push(pending.get(), context);
        if let (true, Some(whole)) = (self.has_ended, whole) {
            self.finish(whole, context);
        }
    }

    pub(super) fn remember(&mut self, way: &Way, facts: &mut Facts) {
        let gone = Key::Closed(Error::from(ErrorKind::Decryption).into());
        let opening = match std::mem::replace(&mut self.key, gone) {
            Key::Open(mut open) => {
                open.node.remember(facts);
                Ok(open.opening)
            }
            Key::Closed(trouble) => Err(trouble),
            Key::Searching(_) | Key::Later => return,
        };
        facts.openings.insert(way.clone(), opening);
    }

    /// The content, of which `ciphertext` is the way to it, and how its key was found.
    pub(super) fn into_content(
        self,
        ciphertext: &View,
    ) -> (Content, Option<Result<Opening, Trouble>>) {
        match self.key {
            Key::Searching(_) => (Err(not_opened()), None),
            Key::Later => {
                let what = "layers of protection";
                let most = self.limits.protection_layers;
                (Err(not_opened()), Some(Err(limit(what, most).into())))
            }
            Key::Closed(trouble) => (Err(not_opened()), Some(Err(trouble))),
            Key::Open(open) => {
                let Open {
                    opening,
                    key,
                    node,
                    failed,
                    ..
                } = *open;
                let content = match failed {
                    Some(error) => Err(error),
                    None => {
                        let plaintext = ciphertext.then(Transform::Decrypt(key));
                        Ok(node.into_bytes(Spot::whole(plaintext)))
                    }
                };
                (content, Some(Ok(opening)))
            }
        }
    }
}

/// When the key of an object is looked for that may be forged.
fn later(begin: &Begin, context: &mut Context<'_>) -> Key {
    if context.shared.holding == Holding::ShortAndTapped {
        let what = "encryption inside of authenticated encryption in one pass".into();
        return Key::Closed(Error::from(ErrorKind::Unsupported { what }).into());
    }
    let later = &mut context.shared.facts.later;
    later.insert(begin.way.clone());
    Key::Later
}

/// Begins to decrypt with the key that was found.
fn open(data: &EnvelopedData<'_>, opening: Opening, begin: &Begin, context: &Context<'_>) -> Key {
    let attributes = context.shared.facts.attributes.get(&begin.way);
    let begun = data.content_key(&opening.content_key).and_then(|key| {
        let attributes = attributes.map_or(&[][..], Vec::as_slice);
        let decryptor = key.decryptor_with(attributes)?;
        Ok((key, decryptor))
    });
    match begun {
        Ok((key, decryptor)) => {
            let is_verified = context.shared.facts.verified.contains(&begin.way);
            let inner = Begin {
                is_unverified: begin.is_unverified || (key.is_authenticated() && !is_verified),
                ..begin.clone()
            };
            Key::Open(Box::new(Open {
                opening,
                key: Arc::new(key),
                decryptor: Some(decryptor),
                knows_attributes: attributes.is_some(),
                way: begin.way.clone(),
                node: inside(&data.content_type, inner, true, context.shared),
                failed: None,
            }))
        }
        Err(error) => Key::Closed(error.into()),
    }
}

impl Open {
    fn push(
        &mut self,
        ciphertext: &[u8],
        plaintext: &mut Zeroizing<Vec<u8>>,
        context: &mut Context<'_>,
    ) {
        for step in ciphertext.chunks(STEP) {
            let Some(decryptor) = &mut self.decryptor else {
                return;
            };
            plaintext.clear();
            match decryptor.push(step, plaintext) {
                Ok(()) => self.node.push(plaintext, context),
                Err(error) => self.fail(error),
            }
        }
    }

    fn finish(
        &mut self,
        data: &EnvelopedData<'_>,
        plaintext: &mut Zeroizing<Vec<u8>>,
        context: &mut Context<'_>,
    ) {
        let Some(decryptor) = self.decryptor.take() else {
            return;
        };
        plaintext.clear();
        if let Some(attributes) = data.wanted_before(&decryptor)
            && !self.knows_attributes
        {
            let known = &mut context.shared.facts.attributes;
            known.insert(self.way.clone(), attributes.to_vec());
            context.shared.again = true;
        }
        let ended = match self.knows_attributes {
            true => data.end_known(decryptor, plaintext),
            false => data.end(decryptor, plaintext),
        };
        match ended {
            Ok(()) => {
                self.node.push(plaintext, context);
                self.node.finish(context);
                if self.key.is_authenticated() {
                    let shared = &mut *context.shared;
                    shared.again |= shared.facts.verify(&self.way);
                }
            }
            Err(error) => self.fail(error),
        }
    }

    fn fail(&mut self, error: Error) {
        self.decryptor = None;
        self.failed.get_or_insert(error);
    }
}

/// Nobody is told this: the key was not found, which comes first.
fn not_opened() -> Error {
    ErrorKind::Decryption.into()
}
