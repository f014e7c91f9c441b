//! A layer of encryption: its key, its content, what is said of it.

use const_oid::ObjectIdentifier;

use super::{Item, Layer, Place, Stage, Trouble, Walk, cms, shown};
use crate::cert::Certificate;
use crate::check::{Aspect, Check, Reason};
use crate::cms::read::EnvelopedData;
use crate::engine::Ledger;
use crate::open::buffer::Bytes;
use crate::open::bulk::BulkObject;
use crate::open::keys::{KeySearch, Opening, Progress, Searching};
use crate::policy::Judgement;
use crate::report::LayerKind;

/// Length of a full authentication tag in bytes.
const FULL_TAG: usize = 16;

pub(super) fn enveloped(
    walk: &mut Walk,
    ledger: &mut Ledger,
    bytes: &Bytes,
    data: &EnvelopedData<'_>,
    content_type: Option<ObjectIdentifier>,
    place: Place,
    stage: Stage,
) -> Result<(), Trouble> {
    let result = match stage {
        Stage::Key(search) => search_on(walk, ledger, data, search),
        Stage::Start | Stage::SignerCertificates(_) => match bytes.as_object() {
            // The key was looked for when the content went by.
            Some(BulkObject {
                opening: Some(opening),
                ..
            }) => opening.clone().map(Progress::Found),
            _ => search_on(walk, ledger, data, KeySearch::default()),
        },
    };
    let result = match result {
        Ok(Progress::Waiting(search)) => {
            let item = Item::Cms(bytes.clone(), content_type);
            walk.wait(item, place, Stage::Key(search));
            return Ok(());
        }
        Ok(Progress::Found(opening)) => {
            decrypted(bytes, data, &opening).map(|content| (opening, content))
        }
        Err(trouble) => Err(trouble),
    };
    let (opening, content) = match result {
        Ok(opened) => opened,
        Err(trouble) => {
            left_closed(walk, data, &place, &trouble);
            return Err(trouble);
        }
    };
    for der in &data.certificates {
        if let Ok(certificate) = Certificate::from_der_exact(der) {
            walk.found.certificates.add(certificate);
        }
    }
    let layer = layer(walk, data, Some(opening), &place);
    let inner = walk.add_layer(&place, layer);
    cms::inside(walk, content, &data.content_type, inner)
}

fn search_on(
    walk: &mut Walk,
    ledger: &mut Ledger,
    data: &EnvelopedData<'_>,
    search: KeySearch,
) -> Result<Progress, Trouble> {
    let mut introduced = Vec::new();
    let progress = search.go_on(
        data,
        Searching {
            config: &walk.config,
            ledger,
            costs: &mut walk.costs,
            introduced: &mut introduced,
        },
    );
    walk.found.certificates.add_chains(&introduced);
    progress
}

/// The content: decrypted now, or when it went by.
fn decrypted(bytes: &Bytes, data: &EnvelopedData<'_>, opening: &Opening) -> Result<Bytes, Trouble> {
    match bytes.as_object() {
        Some(object) => object.content.clone().map_err(Trouble::Node),
        None => Ok(Bytes::new(data.decrypt(&opening.content_key)?)),
    }
}

/// A part that nobody here can open is still reported for what it is.
fn left_closed(walk: &mut Walk, data: &EnvelopedData<'_>, place: &Place, trouble: &Trouble) {
    if let Trouble::Node(error) = trouble
        && !place.is_chain()
    {
        let mut closed = layer(walk, data, None, place);
        closed.checks.push(Check::unknown(
            Aspect::Integrity,
            "the encrypted part was not opened",
            Reason::Skipped {
                what: shown(&error.to_string()),
            },
        ));
        walk.add_layer(place, closed);
    }
}

/// The layer as it is reported; `opened` is `None` when nobody could open it.
fn layer(walk: &Walk, data: &EnvelopedData<'_>, opened: Option<Opening>, place: &Place) -> Layer {
    let recipients: usize = data
        .recipients
        .iter()
        .map(|recipient| recipient.recipients().len().max(1))
        .sum();
    let (key_encryption, as_whom) = match opened {
        Some(opened) => (Some(opened.key_encryption), opened.as_whom),
        None => (None, None),
    };
    let policy = walk.config.policy.as_ref();
    let mut layer = Layer::new(
        place,
        LayerKind::Encrypted {
            cipher: data.cipher,
            key_encryption,
            opened_as: as_whom.as_ref().map(|(id, _)| id.clone()),
            recipients,
        },
    );
    let name = data.cipher.name();
    layer.checks.push(judged(
        policy.cipher(data.cipher),
        format!("content encrypted with {name}"),
    ));
    if let Some(encryption) = key_encryption {
        let what = format!("content key encrypted with {encryption}");
        layer
            .checks
            .push(judged(policy.key_encryption(encryption), what));
    }
    if let Some((_, identity)) = as_whom {
        let kind = identity.key().public_key().kind();
        let what = format!("opened with a key of kind {kind}");
        layer
            .checks
            .push(judged(policy.decryption_key(&kind), what));
        layer.opened_by = Some(identity.certificate().clone());
    }
    if let Some(bytes) = data.tag_len
        && bytes < FULL_TAG
    {
        let why = Reason::ShortTag { bytes };
        let what = "length of the authentication tag";
        layer.checks.push(match policy.requirements().full_tag {
            true => Check::failed(Aspect::Integrity, what, why),
            false => Check::noted(Aspect::Integrity, what, why),
        });
    }
    for note in &data.notes {
        let note = Check::note(Aspect::Structure, shown(note), "RFC 5652 6");
        layer.checks.push(note);
    }
    layer
}

/// What the policy says about an algorithm that was used.
fn judged(judgement: Judgement, what: String) -> Check {
    match judgement {
        Judgement::Accepted => Check::passed(Aspect::Algorithm, what, "RFC 8551 2"),
        Judgement::Legacy(reason) | Judgement::Refused(reason) => {
            Check::failed(Aspect::Algorithm, what, reason)
        }
    }
}
