//! Takes a message apart: a worklist of nodes, from the mail itself down to the last part.
//!
//! No recursion, whatever the nesting. A node that needs an answer from outside waits while all others
//! go on, so that one step asks all questions that can be asked.

mod cms;
mod compressed;
mod enveloped;
mod found;
mod mime;
mod place;
mod signed;
mod signers;

pub(super) use found::{Content, Found, Heading, Layer, Part, Signer};
pub(super) use signed::digests_of;

use std::sync::Arc;

use const_oid::ObjectIdentifier;

use super::buffer::Bytes;
use super::config::Config;
use super::costs::Costs;
use super::keys::KeySearch;
use super::machine::Root;
use super::scan::Shared;
use super::trouble::{Trouble, is_bearable, limit, shown, taken};
use crate::Error;
use crate::check::{Aspect, Check, Reason};
use crate::engine::Ledger;
use place::Place;
use signers::Asked;

/// A node that is still to be looked at.
struct Node {
    item: Item,
    place: Place,
    stage: Stage,
}

/// What a node is.
enum Item {
    /// A whole message, whose header says who it is from.
    Message(Bytes),
    /// A MIME entity.
    Entity(Bytes),
    /// CMS: a `ContentInfo`, or a content of this type.
    Cms(Bytes, Option<ObjectIdentifier>),
    /// Content with the detached signature to it.
    Detached {
        content: Bytes,
        form: Form,
        signature: Bytes,
    },
}

/// How detached content enters the digest, and what it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A MIME entity; each bare LF counts as CRLF.
    Text,
    /// A MIME entity, as it is.
    Binary,
    /// Bytes that need not be MIME, as they are.
    Raw,
}

/// How far a node has come.
enum Stage {
    Start,
    /// The certificates of its signers were asked for.
    SignerCertificates(Asked),
    /// The key of its content is looked for.
    Key(KeySearch),
}

/// A message being taken apart.
pub(super) struct Walk {
    config: Arc<Config>,
    /// Whether content of the type id-data is MIME.
    mime: bool,
    todo: Vec<Node>,
    waiting: Vec<Node>,
    /// How many bytes more may come out of compressed content that is held.
    may_unpack: u64,
    costs: Costs,
    found: Found,
}

impl Walk {
    /// Begins with what went by.
    pub(super) fn new(root: Root, bytes: Bytes, shared: Shared) -> Walk {
        let may_unpack = shared.may_unpack();
        let config = shared.config;
        let mut walk = Walk {
            may_unpack,
            mime: matches!(root, Root::Mail),
            todo: Vec::new(),
            waiting: Vec::new(),
            costs: shared.costs,
            found: Found::new(&config),
            config,
        };
        walk.found.certificates.add_chains(&shared.introduced);
        let item = match root {
            Root::Mail => Item::Message(bytes),
            Root::Cms => Item::Cms(mime::unarmoured(bytes), None),
            Root::Detached(signature) => Item::Detached {
                content: bytes,
                form: Form::Raw,
                signature: mime::unarmoured(signature),
            },
        };
        walk.go_on_with(item, Place::root());
        walk
    }

    /// Goes as far as the answers allow; afterwards the ledger holds what is needed to go on.
    pub(super) fn run(&mut self, ledger: &mut Ledger) -> Result<(), Error> {
        // The first one goes on first.
        self.todo.extend(self.waiting.drain(..).rev());
        while let Some(node) = self.todo.pop() {
            let place = node.place.clone();
            let (closed, beside) = match &node.item {
                Item::Message(bytes) | Item::Entity(bytes) | Item::Cms(bytes, _) => {
                    (Some(bytes.clone()), None)
                }
                Item::Detached { content, .. } => (None, Some(content.clone())),
            };
            match self.step(node, ledger) {
                Ok(()) => {}
                Err(Trouble::Node(error)) if !place.is_chain() && is_bearable(&error) => {
                    self.left_closed(&place, &error);
                    if let Some(closed) = closed
                        && !self.is_handed_out(&place)
                    {
                        cms::as_it_is(self, closed, &place).map_err(Trouble::into_error)?;
                    }
                    // A signature that cannot be read leaves the part it was to sign as it is.
                    if let Some(content) = beside {
                        self.go_on_with(Item::Entity(content), place.child(0));
                    }
                }
                Err(trouble) => return Err(trouble.into_error()),
            }
        }
        Ok(())
    }

    pub(super) fn into_found(self) -> Found {
        self.found
    }

    fn step(&mut self, node: Node, ledger: &mut Ledger) -> Result<(), Trouble> {
        let Node { item, place, stage } = node;
        self.check_depth(&place)?;
        match item {
            Item::Message(bytes) => mime::message(self, bytes, place),
            Item::Entity(bytes) => mime::entity(self, bytes, place),
            Item::Cms(bytes, content_type) => {
                cms::cms(self, ledger, bytes, content_type, place, stage)
            }
            Item::Detached {
                content,
                form,
                signature,
            } => signed::detached(self, ledger, content, form, signature, place, stage),
        }
    }

    fn check_depth(&self, place: &Place) -> Result<(), Trouble> {
        let limits = &self.config.limits;
        if place.depth() > limits.mime_depth {
            return Err(Trouble::Mail(limit("MIME nesting", limits.mime_depth)));
        }
        if place.enclosing().len() > limits.protection_layers {
            let limit = limit("layers of protection", limits.protection_layers);
            return Err(Trouble::Mail(limit));
        }
        Ok(())
    }

    fn go_on_with(&mut self, item: Item, place: Place) {
        self.todo.push(Node {
            item,
            place,
            stage: Stage::Start,
        });
    }

    fn wait(&mut self, item: Item, place: Place, stage: Stage) {
        self.waiting.push(Node { item, place, stage });
    }

    /// Content that is handed out as it is; `entity` names its media type when it is MIME.
    fn hand_out(
        &mut self,
        bytes: Bytes,
        media_type: String,
        is_mime: bool,
        place: &Place,
    ) -> Result<(), Trouble> {
        let limits = &self.config.limits;
        if self.found.parts.len() >= limits.mime_parts {
            return Err(Trouble::Mail(limit("MIME parts", limits.mime_parts)));
        }
        if place.is_chain() {
            self.found.content = Some(Content {
                bytes: bytes.clone(),
                enclosing: place.enclosing().to_vec(),
                is_mime,
            });
        }
        self.found.parts.push(Part {
            order: place.order().to_vec(),
            path: place.part().to_owned(),
            media_type,
            bytes,
            is_mime,
            enclosing: place.enclosing().to_vec(),
        });
        Ok(())
    }

    fn is_handed_out(&self, place: &Place) -> bool {
        let mut parts = self.found.parts.iter().rev();
        parts.any(|part| part.order == place.order())
    }

    /// Adds a layer; what is inside stands at the place that comes back.
    fn add_layer(&mut self, place: &Place, layer: Layer) -> Place {
        let index = self.found.layers.len();
        self.found.layers.push(layer);
        if place.is_chain() {
            self.found.chain.push(index);
        }
        place.within(index)
    }

    /// A part that was to be opened and could not be.
    fn left_closed(&mut self, place: &Place, error: &Error) {
        let what = format!("part {} was not opened", place.part());
        let why = Reason::Skipped {
            what: shown(&error.to_string()),
        };
        let check = Check::unknown(Aspect::Structure, what, why);
        self.found.note(place, check);
    }
}
