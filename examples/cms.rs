//! The door below MIME: for those who hold the pieces and not the mail, such as IMAP and JMAP servers, AS2 and
//! document signing. Same keys, same policy, same report.
//!
//! ```text
//! cargo run --release --example cms
//! ```
#![forbid(unsafe_code)]

#[path = "../tests/support/ca.rs"]
mod ca;

use smime::open::Opened;
use smime::{Certificate, Identity, Limits, Mailbox, Opener, PrivateKey, Protector, TrustAnchors};

use ca::{Ca, Key};

/// Errors of the example: the library's own texts say what to do.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const DOCUMENT: &[u8] = b"%PDF-1.7 any octets: no MIME, no line ends that would be changed\n";

fn main() -> Result<()> {
    let ca = Ca::new("Example CA");
    let alice = person(&ca, Key::P256, "alice@example.org")?;
    let bob = person(&ca, Key::Rsa2048, "bob@example.org")?;
    let anchors = TrustAnchors::from_der(ca.certificate_der())?;
    // There is no From that says whose signature is expected.
    let opener = Opener::new(&anchors).expect_signer(&Mailbox::new("alice@example.org")?);

    println!("1. A detached signature over a document (.p7s)\n");
    let signature = Protector::new().sign(&alice).protect_cms(DOCUMENT)?;
    tell(&opener.verify_detached(DOCUMENT, &signature)?);

    println!("\n2. The same over a document that was changed\n");
    let changed = [DOCUMENT, b" "].concat();
    tell(&opener.verify_detached(&changed, &signature)?);

    println!("\n3. Signed and encrypted in one object (.p7m)\n");
    let object = Protector::new()
        .sign(&alice)
        .encrypt_to([bob.certificate()])
        .protect_cms(DOCUMENT)?;
    println!(
        "What everybody sees of it:\n{}\n",
        smime::open::outline(&object, &Limits::default())?
    );
    let opener = opener.identity(&bob);
    let opened = opener.open_cms(&object)?;
    tell(&opened);
    let message = opened.trusted()?;
    assert_eq!(message.bytes(), DOCUMENT);
    println!(
        "\nThe document came through: {} bytes, trusted",
        message.bytes().len()
    );
    Ok(())
}

fn tell(opened: &Opened) {
    print!("{}", opened.report());
}

fn person(ca: &Ca, kind: Key, address: &str) -> Result<Identity> {
    let (certificate, key) = ca.leaf(kind, address);
    let certificate = Certificate::from_bytes(&certificate)?;
    Ok(Identity::new(
        [certificate],
        PrivateKey::from_bytes(&key, None)?,
    )?)
}
