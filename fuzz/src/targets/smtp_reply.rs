use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use smime::submit::{Outcome, Submitter, Timeouts};
use smime::{Envelope, Mailbox};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::runtime::{Builder, Runtime};

use crate::input::Input;
use crate::shown;

const MESSAGE: &[u8] = b"Subject: fuzz\r\n\r\n.dot\r\nhello\r\n";

/// The whole dialogue with a server that says what the input says.
///
/// One byte of options. Replies are divided by NUL; each comes after something was written, or when nothing else does.
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
    let peer = Peer::new(input.rest());
    let sent = RUNTIME.with_borrow(|runtime| {
        runtime.block_on(smime::fuzzing::smtp::dialogue(
            &submitter, peer, &envelope, MESSAGE,
        ))
    });
    match sent {
        Ok(delivery) => {
            let outcomes: Vec<_> = delivery.iter().collect();
            assert_eq!(outcomes.len(), recipients.len());
            for ((address, outcome), recipient) in outcomes.iter().zip(&recipients) {
                assert_eq!(*address, recipient);
                shown::line(&outcome.to_string());
                if let Outcome::Accepted(reply) = outcome {
                    assert!((200..300).contains(&reply.code()));
                }
            }
            delivery.to_string().lines().for_each(shown::line);
        }
        Err(error) => shown::line(&error.to_string()),
    }
}

/// A server with a script.
struct Peer {
    script: VecDeque<Vec<u8>>,
    /// What can be read now.
    ready: Vec<u8>,
    /// Whether somebody has looked in vain since the last command.
    was_asked: bool,
}

impl Peer {
    fn new(script: &[u8]) -> Peer {
        Peer {
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
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
