use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use smime::submit::{Outcome, Submitter, Timeouts};
use smime::{Envelope, Mailbox};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::runtime::{Builder, Runtime};

use crate::input::Input;
use crate::shown;

const MESSAGE: &[u8] = b"Subject: fuzz\r\n\r\n.dot\r\nhello\r\n";

/// How the message stands on the wire, between the answer to DATA and the last answer (RFC 5321 4.5.2).
const DATA: &[u8] = b"Subject: fuzz\r\n\r\n..dot\r\nhello\r\n.\r\n";

/// NUL, the user, NUL, the password (RFC 4616), in base64.
const PLAIN: &[u8] = b"AHVzZXIAc2VjcmV0";

/// The whole dialogue with a server that says what the input says.
///
/// One byte of options. Replies are divided by NUL; each comes after something was written, or when nothing else does.
/// Whom the outcome calls accepted was named to the server, the message went once and whole, and an answer came after it.
pub fn smtp_reply(data: &[u8]) {
    thread_local! {
        static RUNTIME: RefCell<Runtime> = RefCell::new(
            Builder::new_current_thread().enable_time().build().expect("a runtime"),
        );
    }
    let mut input = Input::new(data);
    let how = input.byte();
    let mut submitter = Submitter::danger_plaintext("localhost")
        .expect("a host")
        .timeouts(Timeouts::all(Duration::from_secs(5)));
    if how & 1 == 1 {
        submitter = submitter
            .credentials("user", "secret")
            .danger_credentials_in_clear();
    }
    if how & 2 == 2 {
        submitter = submitter.all_or_nothing();
    }
    let address = |text| Mailbox::new(text).expect("an address");
    let recipients = match how >> 2 & 1 {
        0 => vec![address("bob@example.org")],
        _ => vec![
            address("bob@example.org"),
            address("jürgen@exämple.org"),
            address("c@example.org"),
        ],
    };
    let envelope = Envelope::new(Some(address("alice@example.org")), recipients.clone());
    let envelope = envelope.expect("there are recipients");
    let log = Arc::new(Mutex::new(Log::default()));
    let peer = Peer::new(input.rest(), log.clone());
    let sent = RUNTIME.with_borrow(|runtime| {
        runtime.block_on(smime::fuzzing::smtp::dialogue(
            &submitter, peer, &envelope, MESSAGE,
        ))
    });
    let log = log.lock().expect("nothing panicked");
    log.check_credentials(how & 1 == 1);
    match sent {
        Ok(delivery) => {
            let outcomes: Vec<_> = delivery.iter().collect();
            assert_eq!(outcomes.len(), recipients.len());
            for ((address, outcome), recipient) in outcomes.iter().zip(&recipients) {
                assert_eq!(*address, recipient);
                shown::line(&outcome.to_string());
                if let Outcome::Accepted(reply) = outcome {
                    assert!((200..300).contains(&reply.code()));
                    log.check_accepted(address, reply.code());
                }
            }
            delivery.to_string().lines().for_each(shown::line);
        }
        Err(error) => shown::line(&error.to_string()),
    }
}

/// What went over the wire.
#[derive(Default)]
struct Log {
    written: Vec<u8>,
    /// What the server said, and after how many bytes.
    said: Vec<(usize, Vec<u8>)>,
}

impl Log {
    fn check_accepted(&self, address: &Mailbox, code: u16) {
        let data = positions(&self.written, DATA);
        assert_eq!(data.len(), 1, "the message went {} times", data.len());
        let (before, _) = self.written.split_at(data[0]);
        let command = positions(before, b"DATA\r\n");
        assert_eq!(command.len(), 1);
        let before = &before[..command[0]];
        assert_eq!(positions(before, b"MAIL FROM:<alice@example.org>").len(), 1);
        let address = address.address();
        if address.is_ascii() {
            let named = format!("RCPT TO:<{address}>");
            assert_eq!(positions(before, named.as_bytes()).len(), 1, "{named}");
        }
        let end = data[0] + DATA.len();
        let answers = self.said.iter().filter(|(at, _)| *at >= end);
        let answers: Vec<u8> = answers.flat_map(|(_, said)| said.clone()).collect();
        let code = code.to_string();
        assert!(
            !positions(&answers, code.as_bytes()).is_empty(),
            "{code} was not said after the message"
        );
    }

    /// The password goes nowhere unless there is one and the server has offered to take it.
    fn check_credentials(&self, are_there: bool) {
        let Some(first) = positions(&self.written, PLAIN).first().copied() else {
            return;
        };
        let before = self.said.iter().filter(|(at, _)| *at <= first);
        let before: Vec<u8> = before.flat_map(|(_, said)| said.clone()).collect();
        let before = before.to_ascii_uppercase();
        assert!(are_there && !positions(&before, b"AUTH").is_empty());
    }
}

fn positions(text: &[u8], wanted: &[u8]) -> Vec<usize> {
    let windows = text.windows(wanted.len()).enumerate();
    let found = windows.filter(|(_, window)| *window == wanted);
    found.map(|(at, _)| at).collect()
}

/// A server with a script.
struct Peer {
    log: Arc<Mutex<Log>>,
    script: VecDeque<Vec<u8>>,
    /// What can be read now.
    ready: Vec<u8>,
    /// Whether somebody has looked in vain since the last command.
    was_asked: bool,
}

impl Peer {
    fn new(script: &[u8], log: Arc<Mutex<Log>>) -> Peer {
        Peer {
            log,
            script: script
                .split(|byte| *byte == 0)
                .map(<[u8]>::to_vec)
                .collect(),
            ready: Vec::new(),
            was_asked: false,
        }
    }
}

impl AsyncRead for Peer {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.ready.is_empty() {
            if !self.was_asked {
                self.was_asked = true;
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            self.was_asked = false;
            self.ready = self.script.pop_front().unwrap_or_default();
        }
        let count = self.ready.len().min(buffer.remaining());
        buffer.put_slice(&self.ready[..count]);
        if count > 0 {
            let mut log = self.log.lock().expect("nothing panicked");
            let at = log.written.len();
            log.said.push((at, self.ready[..count].to_vec()));
        }
        self.ready.drain(..count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Peer {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.was_asked = false;
        let mut log = self.log.lock().expect("nothing panicked");
        log.written.extend_from_slice(bytes);
        drop(log);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
