//! Keys outside of the process: the machine stops and asks, and trusts no answer blindly.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use smime::engine::{Answer, Question, Step};
use smime::key::{AsyncKeyOps, BoxFuture, KeyError, KeyOps, Secret, SignRequest, UnwrapRequest};
use smime::protect::Framing;
use smime::{ErrorKind, Identity, PrivateKey, Protector};

use crate::ca::Key;
use crate::failed;
use crate::people::{ALICE, BOB, Person, mail, person, protector};
use crate::random::Seeded;

type Reply = Result<Vec<u8>, KeyError>;
/// What the thread gets: the request, and where the answer goes.
type Asked = (SignRequest, Box<dyn FnOnce(Reply) + Send>);
/// What the token does with a correct signature before it answers.
type Treat = fn(Vec<u8>) -> Reply;

/// A key at the other end of a channel: a thread of its own answers, as a token would.
struct Remote {
    public: Vec<u8>,
    requests: Mutex<Sender<Asked>>,
}

impl Remote {
    /// The key of this person, behind a thread that treats each signature with `treat`.
    fn new(owner: &Person, treat: Treat) -> (Remote, JoinHandle<usize>) {
        let (requests, incoming): (_, Receiver<Asked>) = channel();
        let key = PrivateKey::from_bytes(&owner.key_der, None).unwrap();
        let token = std::thread::spawn(move || {
            let mut served = 0;
            for (request, reply) in incoming {
                reply(treat(key.sign(&request).unwrap()));
                served += 1;
            }
            served
        });
        let public = owner.identity.key().public_key().spki_der().to_vec();
        (
            Remote {
                public,
                requests: Mutex::new(requests),
            },
            token,
        )
    }

    fn ask(&self, request: &SignRequest, reply: impl FnOnce(Reply) + Send + 'static) {
        let requests = self.requests.lock().unwrap();
        requests.send((request.clone(), Box::new(reply))).unwrap();
    }
}

impl KeyOps for Remote {
    fn public_key(&self) -> &[u8] {
        &self.public
    }

    fn sign(&self, request: &SignRequest) -> Reply {
        let (reply, answer) = channel();
        self.ask(request, move |signature| reply.send(signature).unwrap());
        answer
            .recv()
            .map_err(|_| KeyError::Unavailable("the token thread ended".into()))?
    }

    fn unwrap(&self, _: &UnwrapRequest) -> Result<Secret, KeyError> {
        Err(KeyError::Failed)
    }
}

impl AsyncKeyOps for Remote {
    fn public_key(&self) -> &[u8] {
        &self.public
    }

    fn sign<'a>(&'a self, request: &'a SignRequest) -> BoxFuture<'a, Reply> {
        let (reply, answer) = tokio::sync::oneshot::channel();
        self.ask(request, move |signature| reply.send(signature).unwrap());
        Box::pin(async move { answer.await.unwrap() })
    }

    fn unwrap<'a>(&'a self, _: &'a UnwrapRequest) -> BoxFuture<'a, Result<Secret, KeyError>> {
        Box::pin(async { Err(KeyError::Failed) })
    }
}

fn with_key(owner: &Person, key: PrivateKey) -> Identity {
    Identity::new([owner.certificate().clone()], key).unwrap()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

fn seeded(identity: &Identity) -> Protector {
    protector()
        .sign(identity)
        .framing(Framing::Definite)
        .danger_random(Seeded::new(3))
}

const KINDS: [Key; 5] = [
    Key::Rsa2048,
    Key::RsaPss2048,
    Key::P256,
    Key::P384,
    Key::Ed25519,
];

#[test]
fn blocking_key_behind_a_channel() {
    for kind in KINDS {
        let alice = person(kind, ALICE);
        let expected = seeded(&with_key(&alice, alice.identity.key().clone()))
            .protect(mail())
            .unwrap();
        let (remote, token) = Remote::new(&alice, Ok);
        let identity = with_key(&alice, PrivateKey::external(remote).unwrap());
        let signed = seeded(&identity).protect(mail()).unwrap();
        assert_eq!(signed.message(), expected.message(), "{kind:?}");
        let signed = block_on(seeded(&identity).protect_async(mail())).unwrap();
        assert_eq!(signed.message(), expected.message(), "{kind:?}");
        drop(identity);
        assert_eq!(token.join().unwrap(), 2);
    }
}

#[test]
fn async_key_behind_a_channel() {
    for kind in KINDS {
        let alice = person(kind, ALICE);
        let expected = seeded(&with_key(&alice, alice.identity.key().clone()))
            .protect(mail())
            .unwrap();
        let (remote, token) = Remote::new(&alice, Ok);
        let identity = with_key(&alice, PrivateKey::external_async(remote).unwrap());
        let signed = block_on(seeded(&identity).protect_async(mail())).unwrap();
        assert_eq!(signed.message(), expected.message(), "{kind:?}");

        // A blocking driver cannot wait for it, and says what to use instead.
        let error = failed(seeded(&identity).protect(mail()));
        assert!(matches!(error.kind(), ErrorKind::Misuse { .. }), "{error}");
        assert!(error.to_string().contains("async"), "{error}");
        drop(identity);
        assert_eq!(token.join().unwrap(), 1);
    }
}

/// The machine never calls a key: it stops, asks, and does not go on until it is told.
#[test]
fn machine_stops_and_asks() {
    let alice = person(Key::Rsa2048, ALICE);
    let (remote, token) = Remote::new(&alice, Ok);
    let identity = with_key(&alice, PrivateKey::external(remote).unwrap());
    let mut machine = seeded(&identity).machine().unwrap();
    let mut out = Vec::new();
    assert!(matches!(
        machine.push(mail().as_bytes(), &mut out).unwrap(),
        Step::Continue
    ));
    let Step::Ask(questions) = machine.finish(&mut out).unwrap() else {
        panic!("no question")
    };
    let [(id, Question::Sign(request))] = questions.as_slice() else {
        panic!("{questions:?}")
    };
    let before = out.len();
    for _ in 0..2 {
        // Asked again it says the same, and writes nothing.
        let Step::Ask(again) = machine.finish(&mut out).unwrap() else {
            panic!("went on")
        };
        assert_eq!(again.len(), 1);
        assert_eq!(again[0].0, *id);
        assert_eq!(out.len(), before);
    }
    assert!(
        machine.answer(*id, Answer::SigningIdentity(None)).is_err(),
        "wrong kind of answer"
    );
    machine
        .answer(*id, Answer::Signature(request.complete().unwrap()))
        .unwrap();
    assert!(
        machine.answer(*id, Answer::Signature(Vec::new())).is_err(),
        "answered twice"
    );
    assert!(matches!(machine.finish(&mut out).unwrap(), Step::Finished));
    assert!(out.len() > before);
    assert_eq!(
        out,
        seeded(&alice.identity).protect(mail()).unwrap().message()
    );
    drop((identity, questions, machine));
    assert_eq!(token.join().unwrap(), 1, "asked exactly once");
}

/// Several signers are asked in one step, and may answer in any order.
#[test]
fn several_keys_are_asked_together() {
    let (rsa, ec) = (person(Key::Rsa2048, ALICE), person(Key::P384, ALICE));
    let protector = seeded(&rsa.identity).sign(&ec.identity);
    let expected = protector
        .clone()
        .danger_random(Seeded::new(9))
        .protect(mail())
        .unwrap();
    let mut machine = protector.danger_random(Seeded::new(9)).machine().unwrap();
    let mut out = Vec::new();
    machine.push(mail().as_bytes(), &mut out).unwrap();
    let Step::Ask(questions) = machine.finish(&mut out).unwrap() else {
        panic!("no question")
    };
    assert_eq!(questions.len(), 2);
    for (id, question) in questions.iter().rev() {
        machine.answer(*id, question.answer(None)).unwrap();
    }
    assert!(matches!(machine.finish(&mut out).unwrap(), Step::Finished));
    assert_eq!(out, expected.message());
}

/// A token that signs wrongly must not make a message that looks forged.
#[test]
fn wrong_signature_is_not_released() {
    let bob = person(Key::P256, BOB);
    let wrong: [Treat; 4] = [
        |mut signature| {
            *signature.last_mut().unwrap() ^= 1;
            Ok(signature)
        },
        |_| Ok(Vec::new()),
        |signature| Ok([signature, vec![0]].concat()),
        |signature| Ok(vec![0x30; signature.len()]),
    ];
    for kind in KINDS {
        let alice = person(kind, ALICE);
        for treat in wrong {
            let (remote, token) = Remote::new(&alice, treat);
            let identity = with_key(&alice, PrivateKey::external(remote).unwrap());
            let protector = seeded(&identity).encrypt_to([bob.certificate()]);
            let error = failed(protector.protect(mail()));
            assert!(
                matches!(error.kind(), ErrorKind::External { .. }),
                "{kind:?}: {error:?}"
            );
            assert!(error.to_string().contains("private key"), "{error}");
            let error = failed(block_on(protector.protect_async(mail())));
            assert!(
                matches!(error.kind(), ErrorKind::External { .. }),
                "{kind:?}: {error:?}"
            );

            // Encrypted with definite lengths, nothing has left the machine before the signature.
            let mut machine = protector.machine().unwrap();
            let mut out = Vec::new();
            machine.push(mail().as_bytes(), &mut out).unwrap();
            let Step::Ask(questions) = machine.finish(&mut out).unwrap() else {
                panic!()
            };
            for (id, question) in questions {
                machine.answer(id, question.answer(None)).unwrap();
            }
            assert!(machine.finish(&mut out).is_err());
            assert!(out.is_empty());
            assert!(machine.take_later_copies().is_empty());
            drop((identity, protector, machine));
            assert_eq!(token.join().unwrap(), 3);
        }
    }
}

/// A key that cannot be reached is told to the caller, a failed operation without detail.
#[test]
fn failing_key() {
    let alice = person(Key::P256, ALICE);
    let cases: [(Treat, &str); 2] = [
        (
            |_| {
                Err(KeyError::Unavailable(
                    "the card is not in the reader".into(),
                ))
            },
            "card is not in the reader",
        ),
        (|_| Err(KeyError::Failed), "private-key operation failed"),
    ];
    for (treat, text) in cases {
        let (remote, _) = Remote::new(&alice, treat);
        let identity = with_key(&alice, PrivateKey::external(remote).unwrap());
        let error = failed(protector().sign(&identity).protect(mail()));
        assert!(error.to_string().contains(text), "{error}");
        let (remote, _) = Remote::new(&alice, treat);
        let identity = with_key(&alice, PrivateKey::external_async(remote).unwrap());
        let error = failed(block_on(protector().sign(&identity).protect_async(mail())));
        assert!(error.to_string().contains(text), "{error}");
    }
}

/// `Identity::new` compares key and certificate, in the process or not.
#[test]
fn key_of_somebody_else() {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P256, BOB));
    let (remote, _) = Remote::new(&bob, Ok);
    let key = PrivateKey::external(remote).unwrap();
    let error = Identity::new([alice.certificate().clone()], key).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::KeyMismatch { .. }),
        "{error:?}"
    );
}
