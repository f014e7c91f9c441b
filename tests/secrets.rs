//! No secret is left behind in memory that was given back: content keys and private keys, watched by an allocator.
//!
//! Every block is searched for the secrets when it is freed. All is freed at the end, so what is not found then is
//! neither in a freed block nor in a live one. Blocks are handed out zeroed, so that only written bytes are read.

#[path = "support/ca.rs"]
mod ca;
#[path = "support/forge.rs"]
mod forge;
#[path = "secrets/opening.rs"]
mod opening;
#[path = "support/people.rs"]
mod people;
#[path = "support/structure.rs"]
mod structure;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, UNIX_EPOCH};

use smime::crypto::{ContentCipher, RandomSource};
use smime::policy::StandardPolicy;
use smime::protect::{Framing, KeyEncryptionChoice};
use smime::{Certificate, Error, Identity, PrivateKey, Protector};
use zeroize::Zeroizing;

/// Bytes of a secret that are looked for. Enough not to occur by chance, few enough to catch halves.
const NEEDLE: usize = 16;
const NEEDLES: usize = 8;

static BYTES: [[AtomicU8; NEEDLE]; NEEDLES] =
    [const { [const { AtomicU8::new(0) }; NEEDLE] }; NEEDLES];
static COUNT: AtomicUsize = AtomicUsize::new(0);
static WATCHING: AtomicBool = AtomicBool::new(false);
static FOUND: [AtomicUsize; NEEDLES] = [const { AtomicUsize::new(0) }; NEEDLES];
static FREED: AtomicUsize = AtomicUsize::new(0);

struct Watch;

#[global_allocator]
static ALLOCATOR: Watch = Watch;

// SAFETY: everything is passed on to the system's allocator; memory is read only while it is still owned, and all of
// it was initialised by `alloc_zeroed`.
unsafe impl GlobalAlloc for Watch {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc_zeroed(layout) }
    }

    // `realloc` is the default: it allocates, copies and frees, so what it leaves behind is searched as well.

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if WATCHING.load(SeqCst) {
            FREED.fetch_add(1, SeqCst);
            search(unsafe { std::slice::from_raw_parts(block, layout.size()) });
        }
        unsafe { System.dealloc(block, layout) }
    }
}

fn search(block: &[u8]) {
    for needle in 0..COUNT.load(SeqCst) {
        let bytes: [u8; NEEDLE] = std::array::from_fn(|at| BYTES[needle][at].load(SeqCst));
        if block.windows(NEEDLE).any(|window| window == bytes) {
            FOUND[needle].fetch_add(1, SeqCst);
        }
    }
}

/// Looks for these bytes from now on, as they stand and turned around: big numbers have their limbs in that order.
fn look_for(secret: &[u8]) {
    for turned in [false, true] {
        let needle = COUNT.load(SeqCst);
        for (at, byte) in BYTES[needle].iter().enumerate() {
            let at = if turned { NEEDLE - 1 - at } else { at };
            byte.store(secret[at], SeqCst);
        }
        FOUND[needle].store(0, SeqCst);
        COUNT.store(needle + 1, SeqCst);
    }
}

/// What of the secrets was found in freed memory while `work` ran.
fn leaks(work: impl FnOnce()) -> Vec<usize> {
    FREED.store(0, SeqCst);
    WATCHING.store(true, SeqCst);
    work();
    WATCHING.store(false, SeqCst);
    let found = (0..COUNT.load(SeqCst))
        .map(|needle| FOUND[needle].swap(0, SeqCst))
        .collect();
    COUNT.store(0, SeqCst);
    found
}

/// The content key is the first thing of its length that is drawn.
const CONTENT_KEY: [u8; 32] = *b"\x91\x02\x73\xf4\x25\x86\xe7\x48\xa9\x1a\xcb\x3c\x5d\xee\x7f\x10\x81\x32\xd3\x64\xf5\x06\x97\x78\x19\x2a\x4b\xbc\xdd\x5e\xaf\x60";

/// System randomness, except for the content key, which is known.
#[derive(Default)]
struct KnownKey(Mutex<bool>);

impl RandomSource for KnownKey {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        let mut given = self.0.lock().unwrap();
        if buffer.len() == CONTENT_KEY.len() && !*given {
            *given = true;
            buffer.copy_from_slice(&CONTENT_KEY);
            return Ok(());
        }
        smime::crypto::SystemRandom.fill(buffer)
    }
}

const MAIL: &[u8] =
    b"From: alice@example.org\r\nTo: bob@example.org\r\nContent-Type: text/plain\r\n\r\nHello\r\n";

fn protector() -> Protector {
    let time = UNIX_EPOCH + Duration::from_secs(1_780_315_200);
    Protector::new().policy(StandardPolicy::at(time))
}

fn content_key() {
    let ca = ca::Ca::new("CA");
    let kinds = [
        ca::Key::Rsa2048,
        ca::Key::P256,
        ca::Key::P384,
        ca::Key::P521,
        ca::Key::X25519,
    ];
    for kind in kinds {
        let bob = Certificate::from_bytes(&ca.leaf(kind, "bob@example.org").0).unwrap();
        for framing in [Framing::Definite, Framing::Indefinite] {
            for cipher in [
                ContentCipher::Aes256Cbc,
                ContentCipher::Aes256Gcm,
                ContentCipher::ChaCha20Poly1305,
            ] {
                for choice in [KeyEncryptionChoice::Pkcs1, KeyEncryptionChoice::Oaep] {
                    look_for(&CONTENT_KEY[..NEEDLE]);
                    look_for(&CONTENT_KEY[NEEDLE..]);
                    let found = leaks(|| {
                        let protector = protector()
                            .encrypt_to([&bob])
                            .cipher(cipher)
                            .framing(framing)
                            .key_encryption(choice)
                            .danger_random(KnownKey::default());
                        assert!(!protector.protect(MAIL).unwrap().message().is_empty());
                    });
                    assert_eq!(found, [0; 4], "{kind:?} {framing:?} {cipher:?} {choice:?}");
                    assert!(FREED.load(SeqCst) > 10, "nothing was watched");
                }
            }
        }
    }
}

fn private_key() {
    let ca = ca::Ca::new("CA");
    let kinds = [
        ca::Key::Rsa2048,
        ca::Key::P256,
        ca::Key::P384,
        ca::Key::P521,
        ca::Key::Ed25519,
    ];
    for kind in kinds {
        let (certificate, key) = ca.leaf(kind, "alice@example.org");
        let key = Zeroizing::new(key);
        let look = || {
            private_numbers(kind, &key)
                .iter()
                .for_each(|secret| look_for(secret))
        };
        let load = || {
            let certificate = Certificate::from_bytes(&certificate).unwrap();
            let key = PrivateKey::from_bytes(&key, None).unwrap();
            Identity::new([certificate], key).unwrap()
        };
        look();
        let mut identity = None;
        let mut loading = leaks(|| identity = Some(load()));
        let identity = identity.unwrap();
        look();
        let mut signing = leaks(|| {
            assert!(
                !protector()
                    .sign(&identity)
                    .protect(MAIL)
                    .unwrap()
                    .message()
                    .is_empty()
            );
        });
        look();
        let mut leaving = leaks(|| {
            drop(identity.key().to_pkcs8_der());
            drop(identity);
        });
        if kind == ca::Key::Rsa2048 {
            // rsa 0.10.0-rc.20 and the numbers below it forget to wipe copies of the primes when they check, prepare,
            // export and drop a key. Of the private exponent, the first number, nothing may be left.
            loading.truncate(2);
            leaving.truncate(2);
            // graviola, which signs where it is there, wipes them.
            if cfg!(not(feature = "graviola")) {
                signing.truncate(2);
            }
        }
        for (when, found) in [
            ("loading", loading),
            ("signing", signing),
            ("leaving", leaving),
        ] {
            assert!(
                found.iter().all(|count| *count == 0),
                "{kind:?}, {when}: {found:?}"
            );
        }
    }
}

/// Key and password of a PKCS#12 file, and of an encrypted PKCS#8 file.
fn files() {
    const PASSWORD: &str = "a password of more than sixteen letters";
    let ca = ca::Ca::new("CA");
    let (certificate, key) = ca.leaf(ca::Key::P256, "alice@example.org");
    let key = Zeroizing::new(key);
    let certificate = Certificate::from_bytes(&certificate).unwrap();
    let identity =
        Identity::new([certificate], PrivateKey::from_bytes(&key, None).unwrap()).unwrap();
    let builder = smime::cert::Pkcs12::builder()
        .iterations(2048)
        .identity(&identity);
    let look = || {
        private_numbers(ca::Key::P256, &key)
            .iter()
            .for_each(|secret| look_for(secret));
        look_for(PASSWORD.as_bytes());
    };
    look();
    let mut file = Vec::new();
    let writing = leaks(|| file = builder.build(PASSWORD).unwrap());
    look();
    let reading = leaks(|| drop(Identity::from_pkcs12(&file, PASSWORD).unwrap()));
    look();
    let refusing = leaks(|| assert!(Identity::from_pkcs12(&file, &PASSWORD[1..]).is_err()));
    for (when, found) in [
        ("writing", writing),
        ("reading", reading),
        ("refusing", refusing),
    ] {
        assert_eq!(found, [0; 4], "{when}");
    }
}

/// A part of each secret number in a PKCS#8 file: of RSA the private exponent and both primes.
fn private_numbers(kind: ca::Key, pkcs8: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let copy = |bytes: &[u8]| Zeroizing::new(bytes.to_vec());
    let at = |prefix: &[u8]| memchr::memmem::find(pkcs8, prefix).unwrap() + prefix.len();
    match kind {
        ca::Key::Rsa2048 => {
            use der::Decode;
            let info = pkcs8::PrivateKeyInfoRef::from_der(pkcs8).unwrap();
            let key = pkcs1::RsaPrivateKey::from_der(info.private_key.as_bytes()).unwrap();
            [key.private_exponent, key.prime1, key.prime2]
                .map(|number: der::asn1::UintRef<'_>| copy(&number.as_bytes()[64..][..NEEDLE]))
                .into()
        }
        // SEC 1: version 1, then the scalar; Ed25519: an OCTET STRING in an OCTET STRING.
        ca::Key::P256 => vec![copy(&pkcs8[at(&[2, 1, 1, 4, 32])..][8..][..NEEDLE])],
        ca::Key::P384 => vec![copy(&pkcs8[at(&[2, 1, 1, 4, 48])..][8..][..NEEDLE])],
        ca::Key::P521 => vec![copy(&pkcs8[at(&[2, 1, 1, 4, 66])..][8..][..NEEDLE])],
        _ => vec![copy(&pkcs8[at(&[4, 34, 4, 32])..][8..][..NEEDLE])],
    }
}

/// The watch itself: a secret that is dropped unwiped is found, a wiped one is not.
fn the_watch_works() {
    look_for(&CONTENT_KEY[..NEEDLE]);
    let found = leaks(|| drop(CONTENT_KEY.to_vec()));
    assert_eq!(found, [1, 0]);
    look_for(&CONTENT_KEY[..NEEDLE]);
    let found = leaks(|| drop(CONTENT_KEY.iter().rev().copied().collect::<Vec<u8>>()));
    assert_eq!(found, [0, 1]);
    look_for(&CONTENT_KEY[..NEEDLE]);
    let found = leaks(|| drop(Zeroizing::new(CONTENT_KEY.to_vec())));
    assert_eq!(found, [0, 0]);
    look_for(&CONTENT_KEY[..NEEDLE]);
    let found = leaks(|| {
        let mut growing = Vec::with_capacity(32);
        growing.extend_from_slice(&CONTENT_KEY);
        growing.push(1);
        drop(Zeroizing::new(growing));
    });
    assert_eq!(found, [1, 0], "what growing leaves behind is found");
}

/// One test, because other threads would free memory, too.
#[test]
fn key_01_secrets_are_wiped() {
    the_watch_works();
    content_key();
    private_key();
    files();
    opening::content_keys();
    opening::shared_keys_and_passwords();
}
