use super::*;

fn parsed(arguments: &[&str]) -> Result<Command, clap::Error> {
    parse(arguments.iter().map(OsString::from))
}

#[test]
fn is_a_sound_command() {
    Cli::command().debug_assert();
}

#[test]
fn passwords_keep_the_order_of_the_command_line() {
    let Ok(Command::Protect(command)) = parsed(&[
        "smime",
        "protect",
        "--sign",
        "1.p12",
        "--sign",
        "2.p12",
        "--sign",
        "3.p12",
        "--password-env",
        "ONE",
        "--password-file",
        "two",
        "--password-env",
        "THREE",
    ]) else {
        panic!("refused");
    };
    let expected = [
        PasswordSource::Variable("ONE".into()),
        PasswordSource::File("two".into()),
        PasswordSource::Variable("THREE".into()),
    ];
    assert_eq!(command.protection.passwords, expected);
}

#[test]
fn nothing_to_do_is_wrong_usage() {
    for arguments in [
        &["smime"][..],
        &["smime", "protect"],
        &["smime", "protect", "--digest", "sha256", "--to", "bob.cer"],
        &[
            "smime",
            "protect",
            "--to",
            "bob.cer",
            "--password-env",
            "ONE",
        ],
        &["smime", "send", "--to", "bob.cer"],
        &[
            "smime", "send", "--server", "mail", "--to", "bob.cer", "--user", "me",
        ],
    ] {
        assert!(
            parsed(arguments).is_err_and(|error| error.use_stderr()),
            "{arguments:?}"
        );
    }
}

#[test]
fn what_is_missing_is_named_with_every_option_that_gives_it() {
    let refused = |arguments: &[&str]| match parsed(arguments) {
        Ok(_) => panic!("{arguments:?}"),
        Err(error) => error.to_string(),
    };
    let nothing = refused(&["smime", "protect", "--compress"]);
    assert!(nothing.contains("--sign-as-sender"), "{nothing}");
    assert!(nothing.contains("--encrypt-to-recipients"), "{nothing}");
    let pss = refused(&["smime", "protect", "--to", "bob.cer", "--pss"]);
    assert!(pss.contains("--sign-as-sender"), "{pss}");
    let store = "smime protect --store here --sign-as-sender --password-env ONE";
    let store = refused(&store.split(' ').collect::<Vec<_>>());
    assert!(store.contains("--store-password-env"), "{store}");
}

#[test]
fn the_help_of_inspect_says_what_trust_does() {
    let mut command = Cli::command();
    let inspect = command.find_subcommand_mut("inspect").unwrap();
    let help = inspect.render_long_help().to_string();
    assert!(!help.contains("nothing is verified"), "{help}");
    assert!(help.contains("1 with --trust"), "{help}");
}

#[test]
fn servers_have_a_host_and_perhaps_a_port() {
    let server = |host: &str, port| Ok((host.to_owned(), port));
    assert_eq!(
        host_and_port("mail.example.org"),
        server("mail.example.org", None)
    );
    assert_eq!(
        host_and_port("mail.example.org:2525"),
        server("mail.example.org", Some(2525))
    );
    assert_eq!(host_and_port("::1"), server("::1", None));
    assert_eq!(host_and_port("[::1]"), server("::1", None));
    assert_eq!(host_and_port("[::1]:465"), server("::1", Some(465)));
    for wrong in ["", ":465", "mail:0", "mail:65536", "mail:", "[::1]465x"] {
        assert!(host_and_port(wrong).is_err(), "{wrong}");
    }
}
