//! What protecting costs as messages grow: memory that does not grow, and work that grows no faster than they do.
//! Both are counted by an allocator, never timed.

#[path = "support/ca.rs"]
mod ca;
#[path = "support/people.rs"]
mod people;

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smime::crypto::{ContentCipher, RandomSource, SystemRandom};
use smime::{Error, Limits, Protector};

use ca::{Key, KeyPair};
use people::{ALICE, BOB, ca, made, person, protector};

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static TOTAL: AtomicUsize = AtomicUsize::new(0);

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count(more: usize, less: usize) {
    TOTAL.fetch_add(more, SeqCst);
    let live = LIVE.fetch_add(more, SeqCst) + more;
    PEAK.fetch_max(live, SeqCst);
    LIVE.fetch_sub(less, SeqCst);
}

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(0, layout.size());
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        unsafe { System.realloc(block, layout, size) }
    }
}

/// One measurement at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Most bytes alive at once, and all bytes ever asked for, while `work` ran.
fn measured(work: impl FnOnce()) -> (usize, usize) {
    let before = LIVE.load(SeqCst);
    PEAK.store(before, SeqCst);
    TOTAL.store(0, SeqCst);
    work();
    (PEAK.load(SeqCst) - before, TOTAL.load(SeqCst))
}

/// Counts what comes.
struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const MIB: usize = 1 << 20;
/// What is not optimised is slow, and takes no more memory for more.
const LARGE: usize = if cfg!(debug_assertions) { 16 } else { 64 } * MIB;
const LINE: usize = if cfg!(debug_assertions) { 16 } else { 100 } * 1_000_000;
const ADDRESSES: &str = "From: alice@example.org\r\nTo: bob@example.org\r\n";

/// A header, and bytes that are repeated after it until the message is long enough.
struct Shape {
    name: &'static str,
    head: String,
    block: Vec<u8>,
}

fn shapes() -> Vec<Shape> {
    let shape = |name, content: &str, block: &[u8]| Shape {
        name,
        head: format!("{ADDRESSES}{content}"),
        block: block.repeat((128 << 10) / block.len()),
    };
    vec![
        shape(
            "text",
            "Content-Type: text/plain\r\n\r\n",
            b"The quick brown fox, and then once more.\r\n",
        ),
        shape(
            "base64",
            "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n",
            b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0\r\n",
        ),
        shape(
            "binary",
            "Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n",
            &[0, 1, 13, 200, 10, 45, 45, 7],
        ),
        shape(
            "many parts",
            "Content-Type: multipart/mixed; boundary=xyz\r\n\r\n",
            b"--xyz\r\nContent-Type: text/plain\r\n\r\nA part of many.\r\nAnd\r\nmore\r\n\r\nof\r\nit.\r\n",
        ),
    ]
}

fn protectors() -> Vec<(&'static str, Protector)> {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P256, BOB));
    let limits = Limits {
        mime_parts: usize::MAX,
        ..Limits::default()
    };
    let plain = || protector().limits(limits);
    let sign = || plain().sign(&alice.identity);
    let encrypt = |protector: Protector, cipher| {
        let protector = protector.encrypt_to([bob.certificate()]);
        protector.cipher(cipher).not_to_self()
    };
    use ContentCipher::{Aes128Gcm, Aes256Cbc, ChaCha20Poly1305};
    vec![
        ("detached", sign()),
        ("opaque", sign().opaque()),
        ("CBC", encrypt(plain(), Aes256Cbc)),
        ("GCM", encrypt(plain(), Aes128Gcm)),
        ("ChaCha20", encrypt(plain(), ChaCha20Poly1305)),
        ("detached in CBC", encrypt(sign(), Aes256Cbc)),
        ("compressed", sign().compress()),
        ("everything", encrypt(sign().opaque().compress(), Aes128Gcm)),
        ("two threads", encrypt(sign(), Aes128Gcm).threads(2)),
    ]
}

/// Peak of a message of this size, written in blocks.
fn peak(protector: &Protector, shape: &Shape, size: usize) -> usize {
    let (peak, _) = measured(|| {
        let mut writer = protector.writer(Counter(0)).unwrap();
        writer.write_all(shape.head.as_bytes()).unwrap();
        for _ in 0..size.div_ceil(shape.block.len()) {
            writer.write_all(&shape.block).unwrap();
        }
        let written = writer.finish().unwrap().sink.0;
        assert!(written > 1000);
    });
    peak
}

/// What two peaks may differ by.
const SLACK: usize = 64 << 10;
/// What one message may take: a leaf that is looked at, its encoded form, and some steps.
const MOST: usize = 3 * MIB;

#[test]
fn dos_memory_does_not_grow_with_the_message() {
    let _alone = alone();
    let protectors = protectors();
    for (place, shape) in shapes().iter().enumerate() {
        for (name, protector) in &protectors {
            // Every one with text, and every shape with two of them.
            if place > 0 && !["detached", "everything"].contains(name) {
                continue;
            }
            let small = peak(protector, shape, MIB);
            let large = peak(protector, shape, 2 * MIB);
            let case = format!("{name} of {}: {small} and {large}", shape.name);
            assert!(small < MOST && large <= small + SLACK, "{case}");
        }
    }
}

#[test]
fn dos_memory_of_many_mib_is_that_of_one() {
    let _alone = alone();
    let protector = protectors().into_iter().find(|one| one.0 == "two threads");
    let (_, protector) = protector.unwrap();
    let shape = &shapes()[1];
    let small = peak(&protector, shape, MIB);
    let large = peak(&protector, shape, LARGE);
    assert!(
        small < MOST && large <= small + SLACK,
        "{small} and {large}"
    );
}

/// However much is written at once, and however long a line is.
#[test]
fn dos_one_write_and_one_line() {
    let _alone = alone();
    let line = vec![b'x'; LINE];
    for (name, protector) in protectors() {
        let content = match name {
            "detached" => "Content-Transfer-Encoding: base64\r\n",
            "CBC" => "",
            _ => continue,
        };
        let (peak, _) = measured(|| {
            let mut writer = protector.writer(Counter(0)).unwrap();
            write!(writer, "{ADDRESSES}{content}\r\n").unwrap();
            assert_eq!(writer.write(&line).unwrap(), line.len());
            assert!(writer.finish().unwrap().sink.0 > LINE as u64);
        });
        assert!(peak < MOST, "{name}: {peak}");
    }
}

#[cfg(feature = "tokio")]
#[test]
fn dos_memory_of_the_asynchronous_face() {
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

    struct Repeat<'b>(&'b [u8], usize);
    impl AsyncRead for Repeat<'_> {
        fn poll_read(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            let rest = &self.0[self.1..];
            let take = rest.len().min(buffer.remaining());
            buffer.put_slice(&rest[..take]);
            self.1 = (self.1 + take) % self.0.len();
            Poll::Ready(Ok(()))
        }
    }

    let _alone = alone();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let shape = &shapes()[0];
    for (name, protector) in protectors() {
        let peak = |size: usize| {
            let body = Repeat(&shape.block, 0).take(size as u64);
            let reader = shape.head.as_bytes().chain(body);
            let work = protector.protect_stream_async(reader, tokio::io::sink());
            measured(|| drop(runtime.block_on(work).unwrap())).0
        };
        let (small, large) = (peak(MIB), peak(2 * MIB));
        assert!(
            small < MOST && large <= small + SLACK,
            "{name}: {small} and {large}"
        );
    }
}

/// In memory: what goes in, the content once, what comes out, and its growth.
#[test]
fn dos_memory_of_protect_is_a_few_times_the_message() {
    let _alone = alone();
    let message = [ADDRESSES.as_bytes(), b"\r\n", &b"line\r\n".repeat(MIB)].concat();
    for (name, protector) in protectors() {
        let (peak, _) = measured(|| drop(protector.protect(&message).unwrap()));
        let times = peak as f64 / message.len() as f64;
        assert!(times < 6.0, "{name}: {times} times");
    }
}

/// Draws counted.
#[derive(Clone, Default)]
struct Draws(Arc<AtomicUsize>);

impl RandomSource for Draws {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        self.0.fetch_add(1, SeqCst);
        SystemRandom.fill(buffer)
    }
}

/// Bytes asked for to protect it.
fn work(protector: &Protector, message: &str) -> usize {
    let (_, total) = measured(|| drop(protector.protect(message).unwrap()));
    total
}

#[track_caller]
fn assert_linear(what: &str, one: usize, two: usize) {
    assert!(
        two * 10 <= one * 23,
        "{what}: {one}, for twice as many {two}"
    );
}

#[test]
fn dos_parts_and_header_fields_and_addresses_cost_their_number() {
    let _alone = alone();
    let limits = Limits {
        mime_parts: 20_000,
        header_bytes: 100 * MIB,
        ..Limits::default()
    };
    let alice = person(Key::P256, ALICE);
    let sign = protector().limits(limits).sign(&alice.identity);
    let parts = |n: usize| {
        let parts = "--x\r\n\r\na part\r\n".repeat(n);
        format!("{ADDRESSES}Content-Type: multipart/mixed; boundary=x\r\n\r\n{parts}--x--\r\n")
    };
    let fields = |n: usize| format!("{ADDRESSES}{}\r\nx\r\n", "X-Field: value\r\n".repeat(n));
    let folded = |n: usize| {
        format!(
            "{ADDRESSES}Subject: x\r\n{}\r\nx\r\n",
            " more words\r\n".repeat(n)
        )
    };
    let addresses = |n: usize| {
        let list: String = (0..n).map(|n| format!(",\r\n r{n}@example.org")).collect();
        format!("From: alice@example.org\r\nTo: bob@example.org{list}\r\n\r\nx\r\n")
    };
    type Message<'m> = &'m dyn Fn(usize) -> String;
    let cases: [(&str, usize, Message<'_>); 4] = [
        ("parts", 5_000, &parts),
        ("header fields", 5_000, &fields),
        ("lines of a header field", 50_000, &folded),
        ("addresses", 4_000, &addresses),
    ];
    for (what, n, message) in cases {
        let one = work(&sign, &message(n));
        assert_linear(what, one, work(&sign, &message(2 * n)));
    }
}

#[test]
fn dos_recipients_cost_one_key_operation_each() {
    let _alone = alone();
    let key = KeyPair::generate(Key::P256, "everybody");
    let readers: Vec<_> = (0..1000)
        .map(|n| {
            made(
                ca().certify(Key::P256, &format!("r{n}@example.org"))
                    .with_key(&key),
            )
        })
        .collect();
    let cost = |n: usize| {
        let list: String = (0..n).map(|n| format!(",\r\n r{n}@example.org")).collect();
        let to = list.trim_start_matches(',').trim_start();
        let message = format!("From: alice@example.org\r\nTo: {to}\r\n\r\nx\r\n");
        let draws = Draws::default();
        let certificates = readers.iter().take(n).map(|one| one.certificate());
        let protector = protector()
            .encrypt_to(certificates)
            .danger_random(draws.clone());
        let total = work(&protector, &message);
        (total, draws.0.load(SeqCst))
    };
    let ((one, draws), (two, more)) = (cost(500), cost(1000));
    assert_linear("recipients", one, two);
    // Content key and nonce, then one ephemeral key each.
    assert_eq!((draws, more), (502, 1002));
}
