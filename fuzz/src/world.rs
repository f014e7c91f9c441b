//! Who takes part: certificates and keys that everybody knows, and bounds under which every input is quick.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use smime::policy::StandardPolicy;
use smime::{Certificate, Identity, Limits, Opener, PrivateKey, Protector, TrustAnchors};

pub struct World {
    pub anchors: TrustAnchors,
    pub middle: Certificate,
    /// RSA: signs and receives.
    pub alice: Identity,
    /// P-256: signs and receives.
    pub bob: Identity,
    /// X25519: receives.
    pub carol: Identity,
    /// Ed25519: signs.
    pub dave: Identity,
}

pub const ROOT: &[u8] = include_bytes!("../world/root.pem");
pub const MIDDLE: &[u8] = include_bytes!("../world/middle.pem");

pub fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let certificate =
            |pem: &[u8]| Certificate::from_bytes(pem).expect("a certificate of the world");
        let (root, middle) = (certificate(ROOT), certificate(MIDDLE));
        let identity = |pem: &[u8], key: &[u8]| {
            let key = PrivateKey::from_bytes(key, None).expect("a key of the world");
            let chain = [certificate(pem), middle.clone(), root.clone()];
            Identity::new(chain, key).expect("an identity of the world")
        };
        macro_rules! identity {
            ($name:literal) => {
                identity(
                    include_bytes!(concat!("../world/", $name, ".pem")),
                    include_bytes!(concat!("../world/", $name, ".key")),
                )
            };
        }
        let mut anchors = TrustAnchors::new();
        anchors.add(&root);
        World {
            anchors,
            alice: identity!("alice"),
            bob: identity!("bob"),
            carol: identity!("carol"),
            dave: identity!("dave"),
            middle,
        }
    })
}

/// 2027-06-01T00:00:00Z, when all certificates are valid.
pub fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_811_808_000)
}

pub fn policy() -> StandardPolicy {
    StandardPolicy::at(now())
}

/// Far below the defaults, so that no input takes long and every bound is met.
pub fn limits() -> Limits {
    Limits {
        kdf_iterations: 10_000,
        decompressed_bytes: 1 << 20,
        path_steps: 5_000,
        path_signatures: 60,
        mime_parts: 60,
        recipients: 100,
        signers: 20,
        questions: 100,
        ..Limits::default()
    }
}

/// An opener with all keys.
pub fn opener() -> Opener {
    let world = world();
    Opener::new(&world.anchors)
        .identity(&world.alice)
        .identity(&world.bob)
        .identity(&world.carol)
        .password("secret")
        .kek(b"kek", &[7; 16])
        .policy(policy())
        .limits(limits())
}

pub fn protector() -> Protector {
    Protector::new().policy(policy()).danger_random(Counted)
}

/// The same bytes for the same input.
struct Counted;

impl smime::crypto::RandomSource for Counted {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), smime::Error> {
        for (byte, value) in buffer.iter_mut().zip((17_u8..=116).cycle()) {
            *byte = value;
        }
        Ok(())
    }
}
