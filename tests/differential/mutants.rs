//! Good messages made bad: nothing is accepted here that all peers refuse.

use std::panic::AssertUnwindSafe;

use smime::Certificate;
use smime::open::Opened;
use smime::protect::CertificateReference;

use crate::ca::Key;
use crate::cast::{Who, signer};
use crate::certificate_mutation::Other;
use crate::dice::Dice;
use crate::differences::Feature;
use crate::made_here::{self, Made};
use crate::made_there;
use crate::mutation::{self, Mutant};
use crate::people::protector;
use crate::reading::{Accepted, Message, Outcome, Peer, Peers, judged, opened, opened_all};
use crate::repairs::Repair;
use crate::tally::Tally;
use crate::unpack::Kind;
use crate::{SEED, only, opened_by, setting};

/// Good messages of both directions that some peer reads, to be made bad.
fn bases(peers: &Peers, seed: u64, many: usize) -> Vec<Made> {
    let mut bases = Vec::new();
    let mut number = 1_000_000;
    while bases.len() < many {
        number += 1;
        let made = match number % 3 {
            0 => made_there::message(peers, seed, number).map(|(_, made)| made),
            _ => Some(made_here::message(seed, number)),
        };
        let Some(made) = made else { continue };
        let is_small = made.message.bytes().len() < 30_000;
        let reader = made.readers.first().copied();
        let is_good = |made: &Made| judged(&opened(&opened_by(made, reader), &made.message));
        if made.features.contains(&Feature::Secret) || !is_small || !is_good(&made).is_accepted() {
            continue;
        }
        let reads = |peer: &Peer| {
            let theirs = peers.read(*peer, &made.message, reader, None);
            theirs.is_some_and(|theirs| theirs.is_accepted())
        };
        if Peer::MAIN.iter().any(reads) {
            bases.push(made);
        }
    }
    bases
}

/// Who is asked about a mutant that we accept.
struct Asked<'a> {
    peers: &'a Peers,
    base: &'a Made,
    /// Whether the certificate that we believe is one of those with which the base was signed. gpgsm and NSS have these
    /// at hand, whatever the mutant carries, and say nothing about any other.
    is_known: bool,
    reader: Option<Who>,
}

impl Asked<'_> {
    /// Who accepts the same, or what they say.
    fn accepted_by(&self, message: &Message, ours: &Accepted) -> Result<Peer, String> {
        let peers = match self.is_known {
            true => &Peer::ALL[..],
            false => &[Peer::OpenSsl, Peer::OpenSslCms],
        };
        let mut said = String::new();
        for peer in peers {
            match self.peers.read(*peer, message, self.reader, Some(ours)) {
                Some(Outcome::Accepted(theirs)) if theirs.covers(ours) => return Ok(*peer),
                Some(Outcome::Accepted(theirs)) => {
                    said += &format!("\n  {peer:?} reads {theirs:?}, not {ours:?}");
                }
                Some(Outcome::Refused(words)) => {
                    let words: Vec<&str> = words.lines().take(5).collect();
                    said += &format!("\n  {peer:?}: {}", words.join("\n    "));
                }
                None => {}
            }
        }
        Err(said)
    }

    /// The field or two that all peers stumble over, when they are of those that decide nothing.
    fn explained(&self, changed: &Message, ours: &Accepted) -> Option<String> {
        let repaired = |changed: &Message| -> Vec<(Repair, Message)> {
            // The bag of the base says nothing about a certificate that is not in it.
            let is_fit = |repair: &Repair| self.is_known || *repair != Repair::Certificates;
            let repairs = Repair::ALL.into_iter().filter(is_fit);
            let apply = |repair: Repair| Some((repair, repair.apply(changed, &self.base.message)?));
            repairs.filter_map(apply).collect()
        };
        let is_accepted = |message: &Message| self.accepted_by(message, ours).is_ok();
        let once = repaired(changed);
        if let Some((repair, _)) = once.iter().find(|(_, message)| is_accepted(message)) {
            return Some(repair.why().to_owned());
        }
        for (first, message) in &once {
            for (second, message) in repaired(message) {
                if is_accepted(&message) {
                    return Some(format!("{}; and {}", first.why(), second.why()));
                }
            }
        }
        None
    }
}

/// The certificate of the signer whom we believe.
fn believed(opened: &Opened) -> Option<&Certificate> {
    opened.report().signer()?.certificate()
}

/// Whether an address stands in a certificate.
fn names(certificate: &Certificate, address: &str) -> bool {
    memchr::memmem::find(certificate.to_der(), address.as_bytes()).is_some()
}

/// Our reason without what belongs to one message only.
fn reason(said: &str) -> String {
    let mut quoted = false;
    let plain: String = said
        .chars()
        .map(|c| if c.is_ascii_digit() { '#' } else { c })
        .filter(|c| {
            quoted ^= *c == '"';
            !quoted
        })
        .collect();
    plain.chars().take(90).collect()
}

#[test]
fn nothing_is_accepted_that_all_peers_refuse() {
    let Some(peers) = Peers::find() else {
        return;
    };
    let seed = setting("SMIME_DIFFERENTIAL_SEED", SEED);
    let many = setting("SMIME_DIFFERENTIAL_MUTANTS", 300);
    let bases = bases(
        &peers,
        seed,
        usize::try_from(many / 25).unwrap().clamp(12, 120),
    );
    let is_signed = |base: &&Made| base.message.kind() == Some(Kind::Signed);
    let signed: Vec<&Made> = bases.iter().filter(is_signed).collect();
    let mut tally = Tally::default();
    for number in only().unwrap_or(0..many) {
        tally.tell(number);
        let mut dice = Dice::new(seed ^ 0x5a5a, number);
        // Most of them signed on the outside, where a signature can be changed.
        let base = match dice.percent(40) {
            true => dice.one_of(&bases),
            false => *dice.one_of(&signed),
        };
        let other = dice.one_of(&bases);
        let mutant = mutation::mutant(base, other, &mut dice);
        tally.count(format!("mutants of kind {}", mutant.kind()));
        if mutant.inner.is_some() {
            tally.count("mutants that were encrypted afterwards");
        }
        let opener = opened_by(base, mutant.reader);
        let all_faces = number % 8 == 0;
        let ours = std::panic::catch_unwind(AssertUnwindSafe(|| match all_faces {
            true => opened_all(&opener, &mutant.message),
            false => opened(&opener, &mutant.message),
        }));
        let Ok(ours) = ours else {
            let what = format!(
                "mutant {number} ({}): a panic, or faces that differ",
                mutant.way
            );
            tally.fail(&what, &mutant.message);
            continue;
        };
        match judged(&ours) {
            Outcome::Accepted(accepted) => {
                tally.count("accepted by us");
                let believed = ours.as_ref().ok().and_then(believed);
                if let Err(said) =
                    is_right(&peers, base, &mutant, (&accepted, believed), &mut tally)
                {
                    let what = format!(
                        "mutant {number} ({}) {:?}: {accepted:?} for us; {said}",
                        mutant.way, base.features
                    );
                    tally.fail(&what, &mutant.message);
                }
            }
            Outcome::Refused(said) => {
                tally.count("refused by us");
                if number % 20 == 0 {
                    tally.count("refused by us, shown to the peers");
                    let accepts = |peer: &Peer| {
                        let theirs = peers.read(*peer, &mutant.message, mutant.reader, None);
                        theirs.is_some_and(|theirs| theirs.is_accepted())
                    };
                    if let Some(peer) = Peer::ALL.into_iter().find(accepts) {
                        tally.count(format!("accepted by {peer:?} only; we: {}", reason(&said)));
                    }
                }
            }
        }
    }
    tally.finish("mutants", seed);
}

/// What we accept must be by the sender, and accepted by a peer or explained.
fn is_right(
    peers: &Peers,
    base: &Made,
    mutant: &Mutant,
    (ours, believed): (&Accepted, Option<&Certificate>),
    tally: &mut Tally,
) -> Result<(), String> {
    let believed = believed.filter(|_| ours.is_signed);
    if ours.is_signed && !believed.is_some_and(|certificate| names(certificate, &base.sender)) {
        return Err(format!("the signer is not {}", base.sender));
    }
    let is_signer = |believed: &Certificate| {
        let mut signers = base.signers.iter();
        signers.any(|kind| signer(*kind).certificate().to_der() == believed.to_der())
    };
    let asked = Asked {
        peers,
        base,
        is_known: believed.is_none_or(is_signer),
        reader: mutant.reader,
    };
    if !asked.is_known {
        tally.count("accepted by us with a certificate that is not the base's");
    }
    let changed = mutant.inner.as_ref().unwrap_or(&mutant.message);
    match asked.accepted_by(&mutant.message, ours) {
        Ok(peer) => tally.count(format!("accepted by us and {peer:?}")),
        Err(said) => {
            // A peer may know the signature and not the encryption that was put around it.
            let within = mutant.inner.as_ref();
            let within = within.map(|inner| asked.accepted_by(inner, ours));
            if let Some(Ok(peer)) = within {
                tally.count(format!(
                    "accepted by us and, before it was encrypted, {peer:?}"
                ));
            } else {
                let why = asked.explained(changed, ours).ok_or(said)?;
                tally.count(format!("accepted by us only: {why}"));
            }
        }
    }
    Ok(())
}

/// A signature that holds its content, by this crate, which signs the digest of the certificate as well, or by OpenSSL, which
/// does not.
fn signature(peers: &Peers, kind: Key, (is_ours, by_key): (bool, bool)) -> Vec<u8> {
    if is_ours {
        let reference = match by_key {
            true => CertificateReference::SubjectKeyIdentifier,
            false => CertificateReference::IssuerAndSerial,
        };
        let protector = protector()
            .sign(&signer(kind).identity)
            .certificate_reference(reference)
            .opaque();
        return protector.protect_cms(b"content").unwrap();
    }
    let file = Who::Signer(kind).file();
    let mut options = format!("-sign -binary -nodetach -outform DER -signer {file}.pem");
    options += &format!(" -inkey {file}.key");
    if by_key {
        options += " -keyid";
    }
    if kind == Key::RsaPss2048 {
        options += " -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:digest";
    }
    peers.openssl.write("content", b"content");
    made_there::cms(peers, &options)
}

/// Every other certificate in the place of the signer's: by what is in it follows whether it may be believed.
#[test]
fn other_certificates_are_believed_for_what_is_in_them() {
    let Some(peers) = Peers::find() else {
        return;
    };
    let mut tally = Tally::default();
    for kind in [Key::Rsa2048, Key::Rsa3072, Key::RsaPss2048] {
        for (is_ours, by_key) in [(true, false), (true, true), (false, false), (false, true)] {
            let cms = signature(&peers, kind, (is_ours, by_key));
            let base = made_here::opaque(cms.clone(), kind);
            for other in Other::ALL {
                let is_good = match other {
                    Other::Itself => true,
                    Other::SameNumber => !is_ours,
                    Other::Again => !is_ours && by_key,
                    _ => false,
                };
                let message = Message::Object {
                    cms: other.exchanged(&cms, kind).unwrap(),
                    content: None,
                };
                let way = format!("{other:?} for {kind:?}, ours: {is_ours}, by key: {by_key}");
                let mutant = Mutant::of(message, &way);
                let ours = opened_all(&opened_by(&base, None), &mutant.message);
                let found = match judged(&ours) {
                    Outcome::Accepted(accepted) if is_good => {
                        let believed = ours.as_ref().ok().and_then(believed);
                        is_right(&peers, &base, &mutant, (&accepted, believed), &mut tally)
                    }
                    Outcome::Refused(_) if !is_good => {
                        tally.count("refused by us");
                        Ok(())
                    }
                    found => Err(format!("{found:?}")),
                };
                if let Err(said) = found {
                    tally.fail(&format!("{way}: {said}"), &mutant.message);
                }
            }
        }
    }
    tally.finish("other certificates", 0);
}
