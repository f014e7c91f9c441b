//! What we and the peers are known to disagree about, and why.
//!
//! A difference is known when the message has all features of a row and whoever refuses it says one of the row's texts.

use std::collections::BTreeSet;

use crate::ca::Key;
use crate::cast::is_rsa;
use crate::reading::Peer;

/// What is out of the ordinary about a message, or decides who can read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    Signed,
    Encrypted,
    Compressed,
    /// CMS without a mail around it.
    Object,
    Ed25519Signer,
    P521Signer,
    PssKey,
    /// Shorter than the order of the signer's curve.
    ShortDigest,
    Stranger,
    OtherSender,
    /// Signers or recipients are named by subject key identifier.
    KeyIdentifier,
    RsaReader,
    EcReader,
    X25519Reader,
    Oaep,
    Gcm,
    ChaCha20,
    /// Signed by a peer without signed attributes.
    NoAttributes,
    Sha1,
    TripleDes,
    Camellia,
    /// The signers' certificates are not in the message.
    NoCertificates,
    CertificatesOnly,
    /// Given as a detached signature, and its content is in it as well.
    ContentTwice,
    /// Encrypted to a password or to a key that both sides know.
    Secret,
    /// No recipient has a key that gpgsm and NSS could have.
    NoRsaReader,
}

impl Feature {
    pub fn of_reader(kind: Key) -> Feature {
        match kind {
            Key::X25519 => X25519Reader,
            kind if is_rsa(kind) => RsaReader,
            _ => EcReader,
        }
    }

    pub fn is_of_reader(self) -> bool {
        matches!(self, RsaReader | EcReader | X25519Reader | NoRsaReader)
    }

    /// Whether a message with this must be refused here, whatever the peers say. Every other one must be accepted.
    pub fn is_refused(self) -> bool {
        matches!(
            self,
            Stranger
                | OtherSender
                | NoAttributes
                | Sha1
                | TripleDes
                | Camellia
                | CertificatesOnly
                | ContentTwice
        )
    }
}

/// Why a peer refuses what we accept.
pub struct PeerRefuses {
    pub peer: &'static [Peer],
    pub features: &'static [Feature],
    /// Any of these.
    pub says: &'static [&'static str],
    pub why: &'static str,
}

use Feature::*;

const OPENSSL: &[Peer] = &[Peer::OpenSsl, Peer::OpenSslCms];
const GPGSM: &[Peer] = &[Peer::Gpgsm];
const NSS: &[Peer] = &[Peer::Nss];

pub const PEER_REFUSES: &[PeerRefuses] = &[
    PeerRefuses {
        peer: OPENSSL,
        features: &[Ed25519Signer],
        says: &["invalid digest"],
        why: "OpenSSL 3.0 cannot verify Ed25519 in CMS",
    },
    PeerRefuses {
        peer: OPENSSL,
        features: &[X25519Reader],
        says: &[
            "no matching recipient",
            "Error decrypting CMS using private key",
        ],
        why: "OpenSSL 3.0 cannot use X25519 in CMS",
    },
    PeerRefuses {
        peer: OPENSSL,
        features: &[ChaCha20],
        says: &["unknown cipher"],
        why: "OpenSSL 3.0 does not know ChaCha20-Poly1305 in CMS",
    },
    PeerRefuses {
        peer: GPGSM,
        features: &[P521Signer],
        says: &["DSA requires the hash length"],
        why: "gpgsm 2.2 cannot verify P-521",
    },
    PeerRefuses {
        peer: GPGSM,
        features: &[Ed25519Signer],
        says: &["DSA requires the hash length"],
        why: "gpgsm 2.2 cannot verify Ed25519",
    },
    PeerRefuses {
        peer: GPGSM,
        features: &[ShortDigest],
        says: &["hash is not valid for a"],
        why: "gpgsm 2.2 wants a digest as long as the curve",
    },
    PeerRefuses {
        peer: GPGSM,
        features: &[NoRsaReader],
        says: &["No secret key"],
        why: "gpgsm 2.2 can have RSA keys only",
    },
    PeerRefuses {
        peer: GPGSM,
        features: &[Gcm],
        says: &["error getting IV: Buffer too short"],
        why: "gpgsm 2.2 cannot read AES-GCM",
    },
    PeerRefuses {
        peer: GPGSM,
        features: &[ChaCha20],
        says: &["unsupported algorithm '1.2.840.113549.1.9.16.3.18'"],
        why: "gpgsm 2.2 does not know ChaCha20-Poly1305",
    },
    PeerRefuses {
        peer: GPGSM,
        features: &[Oaep],
        says: &["error getting encrypted session key"],
        why: "gpgsm 2.2 cannot read OAEP",
    },
    PeerRefuses {
        peer: GPGSM,
        features: &[Encrypted, KeyIdentifier],
        says: &["error getting info: General error", "BER error"],
        why: "gpgsm 2.2 cannot read recipients named by key identifier",
    },
    PeerRefuses {
        peer: GPGSM,
        features: &[Signed, KeyIdentifier],
        says: &["BER error"],
        why: "gpgsm 2.2 cannot read signers named by key identifier",
    },
    PeerRefuses {
        peer: NSS,
        features: &[PssKey],
        says: &["status=BadSignature"],
        why: "NSS 3.87 cannot verify keys restricted to PSS",
    },
    PeerRefuses {
        peer: NSS,
        features: &[Ed25519Signer],
        says: &["status=ProcessingError"],
        why: "NSS 3.87 cannot verify Ed25519",
    },
    PeerRefuses {
        peer: NSS,
        features: &[EcReader],
        says: &["SEC_ERROR_BAD_DER"],
        why: "NSS 3.87 cannot read messages with an ECDH recipient",
    },
    PeerRefuses {
        peer: NSS,
        features: &[X25519Reader],
        says: &["SEC_ERROR_BAD_DER"],
        why: "NSS 3.87 cannot read messages with an ECDH recipient",
    },
    PeerRefuses {
        peer: NSS,
        features: &[Gcm],
        says: &["SEC_ERROR_UNRECOGNIZED_OID"],
        why: "NSS 3.87 cannot read AES-GCM",
    },
    PeerRefuses {
        peer: NSS,
        features: &[ChaCha20],
        says: &["SEC_ERROR_UNRECOGNIZED_OID"],
        why: "NSS 3.87 does not know ChaCha20-Poly1305",
    },
    PeerRefuses {
        peer: NSS,
        features: &[Oaep],
        says: &["SEC_ERROR_UNSUPPORTED_KEYALG"],
        why: "NSS 3.87 cannot read OAEP",
    },
];

/// Why we refuse what a peer may accept.
pub struct WeRefuse {
    pub features: &'static [Feature],
    pub says: &'static [&'static str],
    pub why: &'static str,
}

pub const WE_REFUSE: &[WeRefuse] = &[
    WeRefuse {
        features: &[OtherSender],
        says: &["mallory@example.org"],
        why: "the signer is not in From; the peers do not look at From",
    },
    WeRefuse {
        features: &[Stranger],
        says: &["CN=Unknown CA"],
        why: "nobody trusts who issued the signer's certificate",
    },
    WeRefuse {
        features: &[CertificatesOnly],
        says: &["Unsigned"],
        why: "nothing is signed",
    },
    WeRefuse {
        features: &[ContentTwice],
        says: &["carries content of its own"],
        why: "a detached signature that holds content could be about either; OpenSSL takes the one beside it",
    },
    WeRefuse {
        features: &[TripleDes],
        says: &["3DES has not been safe"],
        why: "3DES is refused by the standard policy",
    },
    WeRefuse {
        features: &[NoAttributes],
        says: &["the signature has no signed attributes"],
        why: "signed attributes are required by the standard policy",
    },
    WeRefuse {
        features: &[Sha1],
        says: &["SHA-1 has not been safe"],
        why: "SHA-1 is refused by the standard policy",
    },
    WeRefuse {
        features: &[Camellia],
        says: &["Camellia", "1.2.392"],
        why: "Camellia is not implemented",
    },
];

/// The features that count for the one who is asked: OpenSSL has the key of one reader only, and nothing of the others
/// keeps it from reading.
fn asked(peer: Peer, features: &BTreeSet<Feature>, reader: Option<Key>) -> BTreeSet<Feature> {
    let mut features = features.clone();
    if let (true, Some(reader)) = (OPENSSL.contains(&peer), reader) {
        features.retain(|feature| !feature.is_of_reader());
        features.insert(Feature::of_reader(reader));
    }
    features
}

/// Why this peer refuses what we accept, when that is known. `reader` is whose key OpenSSL was given.
pub fn peer_refuses(
    peer: Peer,
    features: &BTreeSet<Feature>,
    reader: Option<Key>,
    said: &str,
) -> Option<&'static str> {
    let features = asked(peer, features, reader);
    let row = PEER_REFUSES.iter().find(|row| {
        row.peer.contains(&peer)
            && row
                .features
                .iter()
                .all(|feature| features.contains(feature))
            && row.says.iter().any(|text| said.contains(text))
    });
    row.map(|row| row.why)
}

/// Why we refuse a message, when that is known.
pub fn we_refuse(features: &BTreeSet<Feature>, said: &str) -> Option<&'static str> {
    let row = WE_REFUSE.iter().find(|row| {
        row.features
            .iter()
            .all(|feature| features.contains(feature))
            && row.says.iter().any(|text| said.contains(text))
    });
    row.map(|row| row.why)
}

#[test]
fn nothing_explains_what_is_not_out_of_the_ordinary() {
    let ordinary = [Signed, Encrypted, Compressed, Object, RsaReader].into();
    for row in PEER_REFUSES {
        for (peer, said) in row.peer.iter().zip(row.says) {
            let refuses = |features, said| peer_refuses(*peer, features, None, said);
            assert_eq!(refuses(&ordinary, said), None, "{}", row.why);
            let features = row.features.iter().copied().collect();
            assert!(refuses(&features, said).is_some());
            assert_eq!(refuses(&features, "something else"), None);
        }
    }
    for row in WE_REFUSE {
        for said in row.says {
            assert_eq!(we_refuse(&ordinary, said), None, "{}", row.why);
        }
        assert!(row.features.iter().any(|feature| feature.is_refused()));
    }
}

/// What OpenSSL cannot do for one reader explains nothing when it has the key of another.
#[test]
fn the_reader_who_is_asked_counts() {
    let both = [Encrypted, RsaReader, X25519Reader].into();
    let said = "Error decrypting CMS using private key";
    let explained = |reader| peer_refuses(Peer::OpenSsl, &both, Some(reader), said).is_some();
    assert!(explained(Key::X25519));
    assert!(!explained(Key::Rsa2048));
    assert!(!explained(Key::P256));
}
