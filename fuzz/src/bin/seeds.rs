//! Makes seeds: `seeds committed FOLDER` those of the repository, `seeds corpora CORPORA FOLDER` all that corpora give.
//!
//! A seed is what a target takes: the bytes that decide, and behind them a message, a file, a reply.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use smime::crypto::ContentCipher;
use smime::protect::{CertificateReference, Framing, KeyEncryptionChoice};
use smime::{Identity, Protector};
use smime_fuzz::world::{self, protector, world};

/// Longer ones make a fuzzer slow.
const LONGEST: usize = 16 << 10;

#[derive(Default)]
struct Seeds {
    /// By target and name.
    all: BTreeMap<(&'static str, String), Vec<u8>>,
}

impl Seeds {
    fn add(&mut self, target: &'static str, name: &str, decisions: &[u8], data: &[u8]) {
        let seed = [decisions, data].concat();
        if seed.len() < LONGEST {
            self.all.insert((target, name.to_owned()), seed);
        }
    }

    fn write(&self, folder: &Path) {
        for ((target, name), seed) in &self.all {
            let folder = folder.join(target);
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(folder.join(name), seed).expect("a seed");
        }
        let bytes: usize = self.all.values().map(Vec::len).sum();
        eprintln!("{} seeds, {} KiB", self.all.len(), bytes >> 10);
    }

    /// A mail for every target that takes one.
    fn mail(&mut self, name: &str, mail: &[u8]) {
        self.add("cms_open", name, &[0, 0], mail);
        self.add("faces", name, &[1, 7, 9], mail);
        self.add("mime", name, &[4, 5, 1], mail);
        self.add("mime", &format!("{name}-canonical"), &[3, 4, 1], mail);
    }

    fn cms(&mut self, name: &str, cms: &[u8]) {
        self.add("cms_open", name, &[1, 1], cms);
        self.add("faces", name, &[5, 5, 1], cms);
        self.add("asn1", name, &[8, 4, 1], cms);
    }

    fn detached(&mut self, name: &str, content: &[u8], signature: &[u8]) {
        let Ok(length) = u16::try_from(content.len()) else {
            return;
        };
        let both = [&length.to_be_bytes(), content, signature].concat();
        self.add("cms_open", name, &[2, 1], &both);
        self.add("faces", name, &[0x17, 5, 1], &both);
    }

    fn certificate(&mut self, name: &str, der: &[u8]) {
        self.add("certificate", name, &[0], der);
        self.add("asn1", name, &[8, 3, 1], der);
    }
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let mut seeds = Seeds::default();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["committed", folder] => {
            ours(&mut seeds);
            texts(&mut seeds);
            if openssl(&mut seeds).is_none() {
                eprintln!("openssl is missing: no seeds of it");
            }
            if let Some(corpora) = env::var_os("SMIME_CORPORA") {
                // Apache-2.0 and the examples of RFCs; a few of each.
                let corpora = PathBuf::from(corpora);
                sample(&mut seeds, &corpora.join("fuzz-seeds/cms"), 12, Seeds::cms);
                sample(
                    &mut seeds,
                    &corpora.join("fuzz-seeds/x509"),
                    3,
                    Seeds::certificate,
                );
                sample(&mut seeds, &corpora.join("rfc9216"), 1, Seeds::file);
            }
            seeds.write(Path::new(folder));
        }
        ["corpora", corpora, folder] => {
            let corpora = Path::new(corpora);
            for name in [
                "fuzz-seeds/cms",
                "openssl/cms-negative",
                "nss-oaep-ecdh",
                "rfc4134",
            ] {
                sample(&mut seeds, &corpora.join(name), 1, Seeds::cms);
            }
            for name in [
                "fuzz-seeds/x509",
                "pkits/certs",
                "smime-br",
                "openssl/smime-certs",
            ] {
                sample(&mut seeds, &corpora.join(name), 1, Seeds::certificate);
            }
            for name in [
                "pkits/crls",
                "ocsp",
                "openssl/pkcs12",
                "rfc9216",
                "thunderbird",
                "james",
            ] {
                sample(&mut seeds, &corpora.join(name), 1, Seeds::file);
            }
            hierarchies(&mut seeds, &corpora.join("pkits"));
            seeds.write(Path::new(folder));
        }
        _ => eprintln!("seeds committed FOLDER | seeds corpora CORPORA FOLDER"),
    }
}

impl Seeds {
    /// A file whose name says what it is.
    fn file(&mut self, name: &str, bytes: &[u8]) {
        match name.rsplit('.').next() {
            Some("eml") => self.mail(name, bytes),
            Some("crl") => self.add("certificate", name, &[1], bytes),
            Some("ors") => self.add("certificate", name, &[2], &decoded(bytes)),
            Some("p12") => self.add("pkcs12", name, &[1], bytes),
            Some("pem" | "key" | "crt") => {
                for how in 2..=5 {
                    self.add("pkcs12", &format!("{name}-{how}"), &[how], bytes);
                }
            }
            _ => {}
        }
    }
}

/// OCSP responses of the corpus are base64.
fn decoded(bytes: &[u8]) -> Vec<u8> {
    smime::fuzzing::mime::undone("base64", &[bytes]).map_or(bytes.to_vec(), |(der, _)| der)
}

/// Every so many of the files of a folder.
fn sample(seeds: &mut Seeds, folder: &Path, every: usize, add: fn(&mut Seeds, &str, &[u8])) {
    let Ok(entries) = fs::read_dir(folder) else {
        eprintln!("no {}", folder.display());
        return;
    };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    for file in files.iter().step_by(every) {
        if let (Ok(bytes), Some(name)) = (fs::read(file), file.file_name()) {
            let name: String = name.to_string_lossy().chars().take(60).collect();
            add(seeds, &name, &bytes);
        }
    }
}

/// What a certificate needs for its path, by the names of the files.
fn hierarchies(seeds: &mut Seeds, pkits: &Path) {
    let read = |name: &str| fs::read(pkits.join(name)).unwrap_or_default();
    let object = |role: u8, bytes: &[u8]| match u16::try_from(bytes.len()) {
        Ok(length) if length > 0 => [&[role], &length.to_be_bytes()[..], bytes].concat(),
        _ => Vec::new(),
    };
    let Ok(entries) = fs::read_dir(pkits.join("certs")) else {
        return;
    };
    let anchor = [
        object(1, &read("certs/TrustAnchorRootCertificate.crt")),
        object(2, &read("crls/TrustAnchorRootCRL.crl")),
    ];
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(stem) = name.strip_suffix("CACert.crt") else {
            continue;
        };
        let list = object(2, &read(&format!("crls/{stem}CACRL.crl")));
        let authority = object(0, &fs::read(entry.path()).unwrap_or_default());
        let seed = [anchor.concat(), list, authority].concat();
        seeds.add("path", stem, &[1], &seed);
    }
}

const MAIL: &str = "From: alice@example.org\r\nTo: bob@example.org\r\nSubject: fuzz\r\n\
    Date: Tue, 01 Jun 2027 00:00:00 +0000\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n";
const TEXT: &str =
    "Content-Type: text/plain; charset=utf-8\r\n\r\nHello Bob\r\n-- \r\nfrom Alice\r\n";
const PARTS: &str = "Content-Type: multipart/mixed; boundary=m\r\n\r\npreamble\r\n--m\r\n\
    Content-Type: text/plain\r\n\r\nHello\r\n--m\r\nContent-Type: application/octet-stream; name=a\r\n\
    Content-Transfer-Encoding: base64\r\n\r\nAAECAwQFBgcICQ==\r\n--m--\r\nepilogue\r\n";

type Change = fn(Protector) -> Protector;

/// What the crate itself makes.
fn ours(seeds: &mut Seeds) {
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
    let object = |role: u8, bytes: &[u8]| {
        let length = u16::try_from(bytes.len()).expect("short");
        [&[role], &length.to_be_bytes()[..], bytes].concat()
    };
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

/// Headers, bodies, replies.
fn texts(seeds: &mut Seeds) {
    for (index, (how, text)) in [
        (0, MAIL),
        (0, "From alice Tue\r\nSubject: a\r\n b\r\n\r\nbody"),
        (1, "Alice <alice@example.org>, \"Bob, B.\" <bob@example.org>"),
        (1, "=?utf-8?q?J=C3=BCrgen?= <j@xn--exmple-cua.org>, Group: a@b.org, c@d.org;"),
        (1, "\"a b\"@example.org, user@[192.0.2.1], (comment) x@y.org (more)"),
        (2, "Tue, 01 Jun 2027 00:00:00 +0000"),
        (2, "1 Jun 27 0:00 EST (comment)"),
        (3, "multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256; boundary=\"s\""),
        (3, "text/plain; name*0*=UTF-8''a%20b; name*1=c; charset=utf-8"),
        (4, "Jürgen Müßig, 日本語 and some words that are longer than one encoded word may be at most"),
        (5, "A subject with words enough that it has to be folded, because no line of a header may be longer"),
    ]
    .into_iter()
    .enumerate()
    {
        seeds.add("header", &format!("text-{index}"), &[how, 3, 1], text.as_bytes());
    }
    let base64 = "TWFueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcmsu\r\n";
    let armour =
        format!("-----BEGIN CMS-----\r\nMIAGCSqGSIb3DQEHAg==\r\n{base64}-----END CMS-----\r\n");
    let body = "preamble\r\n--s\r\n\r\na\r\n--s \t\r\nX: y\r\n\r\nb\r\n--s--\r\nepilogue\r\n";
    for (index, (how, text)) in [
        (0, body),
        (6, "--m\n\na\n--m\n\nb\n--m--"),
        (1, base64),
        (1, "soft=\r\nbreak =3D=20\r\nend=\r\n"),
        (2, armour.as_str()),
        (2, "MIAGCSqGSIb3DQEHAg=="),
        (3, PARTS),
        (9, "Content-Type: text/plain\nContent-Transfer-Encoding: 8bit\n\nJ\u{fc}rgen \nFrom me\n.\n"),
        (0x43, "Content-Transfer-Encoding: base64\r\n\r\nQUJD\r\nREVG\r\n"),
        (4, TEXT),
        (5, "a b\r\nc\r\n\r\nd e\na b\nc\n\nd e\n"),
    ]
    .into_iter()
    .enumerate()
    {
        seeds.add("mime", &format!("text-{index}"), &[how, 3, 1], text.as_bytes());
    }
    for (index, replies) in [
        &[
            "220 hi",
            "250 ok",
            "250 ok",
            "250 ok",
            "354 go",
            "250 2.0.0 queued",
            "221 bye",
        ][..],
        &[
            "220 hi",
            "250-a\r\n250-SIZE 100\r\n250 SMTPUTF8",
            "250 ok",
            "550 5.1.1 no",
            "250 ok",
            "250 ok",
            "354 go",
            "451 later",
        ],
        &[
            "220 hi",
            "250-x\r\n250 AUTH PLAIN LOGIN",
            "235 ok",
            "250 ok",
            "250 ok",
            "354 go",
            "250 ok",
        ],
        &[
            "220 hi",
            "250-x\r\n250 AUTH LOGIN",
            "334 VXNlcm5hbWU6",
            "334 UGFzc3dvcmQ6",
            "535 5.7.8 no",
        ],
        &["421 4.3.2 full"],
        &["220 hi", "250 ok\r\n250 more"],
        &["220-a\r\n221 b"],
    ]
    .into_iter()
    .enumerate()
    {
        let script: Vec<String> = replies.iter().map(|reply| format!("{reply}\r\n")).collect();
        for how in 0..8 {
            let name = format!("script-{index}-{how}");
            seeds.add("smtp_reply", &name, &[how], script.join("\0").as_bytes());
        }
    }
}

/// What openssl makes with the same keys. `None` where it is missing.
fn openssl(seeds: &mut Seeds) -> Option<()> {
    let folder = env::temp_dir().join(format!("smime-fuzz-{}", std::process::id()));
    fs::create_dir_all(&folder).ok()?;
    let world = Path::new(env!("CARGO_MANIFEST_DIR")).join("world");
    let run = |command: &str| {
        let output = Command::new("openssl")
            .args(
                command
                    .replace("WORLD", &world.to_string_lossy())
                    .split_whitespace(),
            )
            .current_dir(&folder)
            .output()
            .ok()?;
        output.status.success().then_some(output.stdout)
    };
    run("version")?;
    fs::write(folder.join("text"), TEXT).ok()?;
    let alice = "-signer WORLD/alice.pem -inkey WORLD/alice.key";
    for (name, command) in [
        ("sign", format!("cms -sign -in text {alice} -nodetach -outform DER -binary")),
        ("sign-stream", format!("cms -sign -in text {alice} -nodetach -outform DER -binary -stream")),
        ("sign-bob", "cms -sign -in text -signer WORLD/bob.pem -inkey WORLD/bob.key -nodetach -outform DER".to_owned()),
        ("noattr", format!("cms -sign -in text {alice} -nodetach -noattr -outform DER")),
        ("pss", format!("cms -sign -in text {alice} -keyopt rsa_padding_mode:pss -nodetach -outform DER")),
        ("encrypt", "cms -encrypt -in text -aes128 -outform DER WORLD/alice.pem".to_owned()),
        ("encrypt-ec", "cms -encrypt -in text -aes256 -outform DER WORLD/bob.pem".to_owned()),
        ("gcm", "cms -encrypt -in text -aes-256-gcm -outform DER -stream WORLD/bob.pem".to_owned()),
        ("password", "cms -encrypt -in text -aes128 -outform DER -pwri_password secret".to_owned()),
        ("kek", "cms -encrypt -in text -aes128 -outform DER -secretkey 07070707070707070707070707070707 -secretkeyid 6b656b".to_owned()),
        ("digested", "cms -digest_create -in text -outform DER".to_owned()),
        ("encrypted-data", "cms -EncryptedData_encrypt -in text -aes128 -secretkey 07070707070707070707070707070707 -outform DER".to_owned()),
        ("data", "cms -data_create -in text -outform DER".to_owned()),
    ] {
        if let Some(cms) = run(&command) {
            seeds.cms(&format!("openssl-{name}"), &cms);
        }
    }
    if let Some(signature) = run(&format!("cms -sign -in text {alice} -binary -outform DER")) {
        seeds.detached("openssl-detached", TEXT.as_bytes(), &signature);
    }
    if let Some(mail) = run(&format!("cms -sign -in text {alice}")) {
        seeds.mail("openssl-multipart", &[MAIL.as_bytes(), &mail].concat());
    }
    for (name, options) in [
        ("new", "-macalg sha256"),
        (
            "old",
            "-legacy -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-RC2-40 -macalg sha1",
        ),
        ("nomac", "-nomac"),
    ] {
        let command = format!(
            "pkcs12 -export -in WORLD/alice.pem -inkey WORLD/alice.key -iter 1 -passout pass:secret {options}"
        );
        if let Some(file) = run(&command) {
            seeds.add("pkcs12", &format!("openssl-{name}.p12"), &[0x10], &file);
            seeds.add(
                "pkcs12",
                &format!("openssl-{name}-nomac.p12"),
                &[0x11],
                &file,
            );
        }
    }
    for (name, command) in [
        (
            "pkcs8",
            "pkcs8 -topk8 -in WORLD/bob.key -v2 aes256 -iter 1 -passout pass:secret",
        ),
        (
            "scrypt",
            "pkcs8 -topk8 -in WORLD/bob.key -scrypt -scrypt_N 16 -passout pass:secret",
        ),
        ("pkcs1", "rsa -in WORLD/alice.key -traditional -outform DER"),
        ("sec1", "ec -in WORLD/bob.key -outform DER"),
    ] {
        if let Some(key) = run(command) {
            seeds.add("pkcs12", &format!("openssl-{name}"), &[0x12], &key);
        }
    }
    lists(seeds, &run, &folder)?;
    fs::remove_dir_all(&folder).ok()
}

/// A list and a response about the certificates of the world.
fn lists(seeds: &mut Seeds, run: &dyn Fn(&str) -> Option<Vec<u8>>, folder: &Path) -> Option<()> {
    let index = "R\t461118000000Z\t270101000000Z,keyCompromise\t03\tunknown\t/CN=alice\n\
                 V\t461118000000Z\t\t04\tunknown\t/CN=bob\n";
    fs::write(folder.join("index"), index).ok()?;
    fs::write(folder.join("index.attr"), "unique_subject = no\n").ok()?;
    fs::write(folder.join("number"), "01\n").ok()?;
    let config = "[ca]\ndefault_ca=it\n[it]\ndatabase=index\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=7000\n";
    fs::write(folder.join("config"), config).ok()?;
    let root = "-cert WORLD/root.pem -keyfile WORLD/root.key";
    run(&format!("ca -config config -gencrl {root} -out list.pem"))?;
    let list = run("crl -in list.pem -outform DER")?;
    let issuer = "-issuer WORLD/root.pem -cert WORLD/alice.pem -cert WORLD/bob.pem";
    run(&format!("ocsp {issuer} -reqout request"))?;
    run(
        "ocsp -index index -CA WORLD/root.pem -rsigner WORLD/root.pem -rkey WORLD/root.key -reqin request \
         -respout response -ndays 7000",
    )?;
    let response = fs::read(folder.join("response")).ok()?;
    seeds.add("certificate", "openssl.crl", &[1], &list);
    seeds.add("certificate", "openssl.ocsp", &[2], &response);
    let object = |role: u8, bytes: &[u8]| {
        let length = u16::try_from(bytes.len()).expect("short");
        [&[role], &length.to_be_bytes()[..], bytes].concat()
    };
    for (name, identity) in [("alice", &world().alice), ("bob", &world().bob)] {
        let own = object(0, identity.certificate().to_der());
        seeds.add(
            "path",
            &format!("{name}-list"),
            &[2],
            &[object(2, &list), own.clone()].concat(),
        );
        seeds.add(
            "path",
            &format!("{name}-response"),
            &[2],
            &[object(3, &response), own].concat(),
        );
    }
    Some(())
}
