//! Seeds that the crate itself makes.

use smime::crypto::ContentCipher;
use smime::protect::{CertificateReference, Framing, KeyEncryptionChoice};
use smime::{Identity, Protector};
use smime_fuzz::world::{self, protector, world};

use crate::texts::{MAIL, PARTS, TEXT};
use crate::{Seeds, object};

type Change = fn(Protector) -> Protector;

/// What the crate itself makes.
pub fn ours(seeds: &mut Seeds) {
    let world = world();
    let (alice, bob, carol) = (&world.alice, &world.bob, &world.carol);
    let to = |all: &[&Identity]| {
        all.iter().fold(protector(), |protector, one| {
            protector.encrypt_to([one.certificate()])
        })
    };
    let forms: [(&str, Change); 7] = [
        ("plain", |it| it),
        ("opaque", Protector::opaque),
        ("compressed", |it| it.opaque().compress()),
        ("indefinite", |it| it.opaque().framing(Framing::Indefinite)),
        ("gcm", |it| {
            it.cipher(ContentCipher::Aes256Gcm)
                .key_encryption(KeyEncryptionChoice::Oaep)
        }),
        ("chacha", |it| it.cipher(ContentCipher::ChaCha20Poly1305)),
        ("ski", |it| {
            it.certificate_reference(CertificateReference::SubjectKeyIdentifier)
        }),
    ];
    let whom: [(&str, Protector); 7] = [
        ("signed", protector().sign(alice)),
        ("signed2", protector().sign(alice).sign(bob)),
        ("rsa", to(&[alice])),
        ("ecdh", to(&[bob])),
        ("x25519", to(&[carol])),
        ("both", to(&[bob]).sign(alice)),
        ("bothrsa", to(&[alice, carol]).sign(alice)),
    ];
    for (who, base) in &whom {
        for (form, change) in forms {
            let is_for_encryption = matches!(form, "gcm" | "chacha");
            if is_for_encryption && who.starts_with("signed") {
                continue;
            }
            let protector = change(base.clone());
            let name = format!("{who}-{form}");
            for (kind, entity) in [("text", TEXT), ("parts", PARTS)] {
                let mail = format!("{MAIL}{entity}");
                if let Ok(protected) = protector.protect(&mail) {
                    seeds.mail(&format!("{name}-{kind}"), protected.message());
                    nested(seeds, &format!("{name}-{kind}"), protected.message());
                }
            }
            match protector.protect_cms(TEXT.as_bytes()) {
                Ok(cms) if form == "plain" && who.starts_with("signed") => {
                    seeds.detached(&format!("{name}-detached"), TEXT.as_bytes(), &cms);
                }
                Ok(cms) => seeds.cms(&format!("{name}-cms"), &cms),
                Err(_) => {}
            }
        }
    }
    for (index, how) in (0_u8..=47).enumerate() {
        let decisions = [how, how.rotate_left(3), how.wrapping_mul(37), how, 5, 1];
        seeds.add(
            "round_trip",
            &format!("options-{index}"),
            &decisions,
            TEXT.as_bytes(),
        );
    }
    recipes(seeds);
    files(seeds);
}

/// The message once more inside of others.
fn nested(seeds: &mut Seeds, name: &str, mail: &[u8]) {
    let around = [
        format!("{MAIL}Content-Type: message/rfc822\r\n\r\n").as_bytes(),
        mail,
    ]
    .concat();
    if let Ok(twice) = protector()
        .sign(&world().dave)
        .danger_ignore_addresses()
        .protect(&around)
    {
        seeds.add(
            "faces",
            &format!("{name}-nested"),
            &[1, 6, 3],
            twice.message(),
        );
    }
}

/// Recipes: layers from the inside out, with nothing changed and with something changed in each.
fn recipes(seeds: &mut Seeds) {
    let signs = [(1, 0), (1, 1), (2, 0), (2, 0x11), (1, 3)];
    let others = [
        (3, 0),
        (3, 4),
        (3, 9),
        (4, 0),
        (4, 1),
        (5, 2),
        (5, 7),
        (6, 3),
        (10, 0),
        (14, 0),
        (12, 0),
    ];
    let mut number = 0_u8;
    for (first, how) in signs.into_iter().chain(others) {
        for (second, then) in [
            (0, 0),
            (1, 0),
            (2, 1),
            (3, 1),
            (5, 6),
            (7, 1),
            (9, 0),
            (4, 1),
        ] {
            number = number.wrapping_add(1);
            let layers = [7, 1, first, how, second, then, 8, 0, 0, 0, 0, 0];
            let place = number.wrapping_mul(29);
            let changes = [[number % 5, 0, place, number % 8 | number & 0x40, number]; 1].concat();
            let none = [0; 15];
            let decisions = [&[0, 5, number], &layers[..], &changes, &none].concat();
            seeds.add(
                "faces",
                &format!("recipe-{first}-{how}-{second}"),
                &decisions,
                b"Hello\r\nBob\r\n",
            );
            let decisions = [&[0x10, 0], &layers[..], &[0; 20]].concat();
            seeds.add(
                "cms_open",
                &format!("recipe-{first}-{how}-{second}"),
                &decisions,
                b"Hello\r\nBob\r\n",
            );
        }
    }
}

/// Keys, certificates, and sets of them.
fn files(seeds: &mut Seeds) {
    let world = world();
    let middle = object(0, world.middle.to_der());
    for (name, person) in [
        ("alice", &world.alice),
        ("bob", &world.bob),
        ("carol", &world.carol),
        ("dave", &world.dave),
    ] {
        let certificate = person.certificate();
        seeds.certificate(name, certificate.to_der());
        let own = object(0, certificate.to_der());
        seeds.add("path", name, &[0], &[middle.as_slice(), &own].concat());
        let p12 = smime::cert::Pkcs12::builder()
            .identity(person)
            .iterations(2_048)
            .build("secret");
        seeds.add(
            "pkcs12",
            &format!("{name}.p12"),
            &[0x10],
            &p12.expect("a file"),
        );
        let key = person.key().to_pkcs8_der().expect("it is in memory");
        seeds.add("pkcs12", &format!("{name}.key"), &[2], key.as_ref());
        seeds.add(
            "pkcs12",
            &format!("{name}.pem"),
            &[3],
            certificate.to_pem().as_bytes(),
        );
        let p7b = smime::Certificate::bundle_to_p7b([certificate, &world.middle]);
        seeds.add("pkcs12", &format!("{name}.p7b"), &[3], &p7b);
    }
    for (name, pem) in [("root", world::ROOT), ("middle", world::MIDDLE)] {
        seeds.add("pkcs12", &format!("{name}.anchor"), &[5], pem);
    }
}
