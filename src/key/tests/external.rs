//! A key behind a channel, in a thread of its own, blocking and async.

use std::sync::{Arc, Mutex};

use super::*;

enum Job {
    Sign(SignRequest),
    Unwrap(UnwrapRequest),
}

type Answer = Result<Vec<u8>, KeyError>;
/// The answer, and who waits for it.
type Slot = Arc<Mutex<(Option<Answer>, Option<Waker>)>>;

struct Channel {
    public: Vec<u8>,
    jobs: Mutex<mpsc::Sender<(Job, Slot)>>,
}

/// `answer` changes what the thread found before it is given back.
fn channel(key: PrivateKey, answer: fn(Answer) -> Answer) -> Channel {
    let (jobs, inbox) = mpsc::channel::<(Job, Slot)>();
    let public = key.public_key().spki_der().to_vec();
    std::thread::spawn(move || {
        for (job, slot) in inbox {
            let found = match job {
                // The request names the handle outside; the key inside signs one of its own.
                Job::Sign(request) => SignRequest::new(
                    key.clone(),
                    request.algorithm().clone(),
                    request.message().to_vec(),
                )
                .complete(),
                Job::Unwrap(request) => key.unwrap(&request).map(|s| s.as_ref().to_vec()),
            };
            let mut slot = slot.lock().unwrap();
            slot.0 = Some(answer(found.map_err(|_| KeyError::Failed)));
            if let Some(waker) = slot.1.take() {
                waker.wake();
            }
        }
    });
    Channel {
        public,
        jobs: Mutex::new(jobs),
    }
}

impl Channel {
    fn ask(&self, job: Job) -> Waiting {
        let slot = Slot::default();
        self.jobs.lock().unwrap().send((job, slot.clone())).unwrap();
        Waiting(slot)
    }
}

struct Waiting(Slot);

impl Future for Waiting {
    type Output = Answer;

    fn poll(self: std::pin::Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        let mut slot = self.0.lock().unwrap();
        match slot.0.take() {
            Some(answer) => Poll::Ready(answer),
            None => {
                slot.1 = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// The smallest runtime: parks the thread until woken.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

impl KeyOps for Channel {
    fn public_key(&self) -> &[u8] {
        &self.public
    }
    fn sign(&self, request: &SignRequest) -> Answer {
        block_on(self.ask(Job::Sign(request.clone())))
    }
    fn unwrap(&self, request: &UnwrapRequest) -> Result<Secret, KeyError> {
        block_on(self.ask(Job::Unwrap(request.clone()))).map(Secret::new)
    }
}

struct AsyncChannel(Channel);

impl AsyncKeyOps for AsyncChannel {
    fn public_key(&self) -> &[u8] {
        &self.0.public
    }
    fn sign<'a>(&'a self, request: &'a SignRequest) -> BoxFuture<'a, Answer> {
        Box::pin(self.0.ask(Job::Sign(request.clone())))
    }
    fn unwrap<'a>(&'a self, request: &'a UnwrapRequest) -> BoxFuture<'a, Result<Secret, KeyError>> {
        Box::pin(async {
            self.0
                .ask(Job::Unwrap(request.clone()))
                .await
                .map(Secret::new)
        })
    }
}

fn both(key: &PrivateKey, answer: fn(Answer) -> Answer) -> [PrivateKey; 2] {
    [
        PrivateKey::external(channel(key.clone(), answer)).unwrap(),
        PrivateKey::external_async(AsyncChannel(channel(key.clone(), answer))).unwrap(),
    ]
}

fn unwrap(key: &PrivateKey, request: &UnwrapRequest) -> Result<Secret, Error> {
    block_on(key.unwrap_async(request))
}

#[test]
fn signs_and_unwraps() {
    for inside in [rsa2048(), ec(Curve::P256), ed25519()] {
        let algorithm = match inside.public_key().kind() {
            KeyKind::P256 => SignatureAlgorithm::Ecdsa(Sha256),
            KeyKind::Ed25519 => SignatureAlgorithm::Ed25519,
            _ => SignatureAlgorithm::RsaPkcs1(Sha512),
        };
        for key in both(&inside, |answer| answer) {
            assert!(key.public_key().same_key(inside.public_key()));
            let request = SignRequest::new(key.clone(), algorithm.clone(), b"m".to_vec());
            let signature = block_on(request.complete_async()).unwrap();
            request.check(&signature).unwrap();
            assert!(key.to_pkcs8_der().is_none());
            assert!(format!("{key:?}").contains("external"));
        }
    }
    let inside = rsa2048();
    let random = Seeded::new(3);
    let encrypted = transport::rsa_pkcs1_encrypt(inside.public_key(), &[9; 32], &random).unwrap();
    for key in both(&inside, |answer| answer) {
        let secret = unwrap(&key, &v15(&encrypted, 32)).unwrap();
        assert_eq!(secret.as_ref(), [9; 32]);
    }
}

#[test]
fn an_async_key_is_not_for_blocking_faces() {
    let [blocking, asynchronous] = both(&ed25519(), |answer| answer);
    let request = |key| SignRequest::new(key, SignatureAlgorithm::Ed25519, b"m".to_vec());
    assert!(!blocking.is_async());
    request(blocking).complete().unwrap();
    assert!(asynchronous.is_async());
    let error = request(asynchronous).complete().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Misuse { .. }));
}

/// A wrong signature must be noticed by `check`.
#[test]
fn a_wrong_signature_is_a_typed_error() {
    for key in both(&ed25519(), |answer| {
        answer.map(|mut signature| {
            signature[3] ^= 1;
            signature
        })
    }) {
        let request = SignRequest::new(key, SignatureAlgorithm::Ed25519, b"m".to_vec());
        let signature = block_on(request.complete_async()).unwrap();
        let error = request.check(&signature).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::External { .. }),
            "{error}"
        );
    }
}

/// Says it is one key, and lets another one in memory answer the very request.
struct Delegate {
    public: Vec<u8>,
    inner: PrivateKey,
}

impl KeyOps for Delegate {
    fn public_key(&self) -> &[u8] {
        &self.public
    }

    fn sign(&self, request: &SignRequest) -> Result<Vec<u8>, KeyError> {
        self.inner.sign(request).map_err(|_| KeyError::Failed)
    }

    fn unwrap(&self, _: &UnwrapRequest) -> Result<Secret, KeyError> {
        Err(KeyError::Failed)
    }
}

#[test]
fn a_key_behind_another_one_cannot_vouch_for_it() {
    let p256 = ec(Curve::P256);
    let scalar = [7; 32];
    let key = memory::EcKey::new(Curve::P256, &scalar).unwrap();
    let other_p256 = PrivateKey::in_memory(MemoryKey::Ec(key)).unwrap();
    for (declared, inner, algorithm) in [
        (rsa2048(), rsa(2048), SignatureAlgorithm::RsaPkcs1(Sha256)),
        (rsa2048(), rsa(2048), pss(Sha256)),
        (p256, other_p256, SignatureAlgorithm::Ecdsa(Sha256)),
    ] {
        let public = declared.public_key().spki_der().to_vec();
        for (inner, is_right) in [(inner, false), (declared, true)] {
            let public = public.clone();
            let outer = PrivateKey::external(Delegate { public, inner }).unwrap();
            let request = SignRequest::new(outer, algorithm.clone(), b"message".to_vec());
            let signature = request.complete().unwrap();
            // The right key is believed because its signature verifies, not because it says so.
            assert!(!request.is_vouched());
            match request.check(&signature) {
                Ok(()) => assert!(is_right),
                Err(error) => {
                    assert!(!is_right, "{error}");
                    assert!(matches!(error.kind(), ErrorKind::External { .. }));
                }
            }
        }
    }
}

/// A failed or odd PKCS#1 v1.5 operation is hidden, an unavailable key is told.
#[test]
fn failures_are_hidden_and_absence_is_told() {
    for wrong in [
        (|_| Err(KeyError::Failed)) as fn(Answer) -> Answer,
        |_| Ok(vec![1; 31]),
        |_| Ok(Vec::new()),
    ] {
        for key in both(&rsa2048(), wrong) {
            let request = v15(&[5; 256], 32);
            let first = unwrap(&key, &request).unwrap();
            assert_eq!(first.as_ref().len(), 32);
            assert_eq!(unwrap(&key, &request).unwrap().as_ref(), first.as_ref());
            assert_ne!(
                unwrap(&key, &v15(&[6; 256], 32)).unwrap().as_ref(),
                first.as_ref()
            );
        }
    }
    for key in both(&rsa2048(), |_| Err(KeyError::Unavailable("no card".into()))) {
        let error = unwrap(&key, &v15(&[5; 256], 32)).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::KeyUnavailable { .. }));
        assert!(error.to_string().contains("no card"));
    }
    let oaep = UnwrapRequest::RsaOaep {
        encrypted_key: vec![5; 256],
        digest: Sha256,
        mgf_digest: Sha256,
        label: Vec::new(),
    };
    for key in both(&rsa2048(), |answer| answer) {
        let error = unwrap(&key, &oaep).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::KeyOperation));
    }
}

#[test]
fn an_unreadable_public_key_is_refused() {
    let mut outside = channel(ed25519(), |answer| answer);
    outside.public.pop();
    assert!(PrivateKey::external(outside).is_err());
}
