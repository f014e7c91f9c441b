//! Seeds that openssl makes.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use smime_fuzz::world::world;

use crate::texts::{MAIL, TEXT};
use crate::{Seeds, object};

/// What openssl makes with the same keys. `None` where it is missing.
pub fn openssl(seeds: &mut Seeds) -> Option<()> {
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
