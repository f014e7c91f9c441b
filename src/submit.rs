//! Sending over SMTP: [`Submitter`], and the [`Outcome`] of every recipient.
//!
//! The dialogue follows RFC 5321 and, for submission, RFC 6409 and RFC 8314. It is held command by command over
//! mail-send's client, so that every answer belongs to its command and a failure always says what became of whom:
//!
//! - [`SubmitError`]: nothing was sent to anybody.
//! - [`Delivery`]: every recipient of every copy is accepted, rejected, deferred or unknown.

mod auth;
mod connect;
mod error;
mod message;
#[cfg(feature = "outbox")]
pub mod outbox;
mod outcome;
#[cfg(feature = "serde")]
mod outcome_json;
mod path;
mod reply;
mod session;
mod stub;
mod timeouts;
mod tls;
mod transaction;
mod transport;
mod wire;
mod witness;

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use zeroize::Zeroizing;

pub use error::{SubmitError, TlsProblem};
#[cfg(feature = "outbox")]
pub use outbox::Outbox;
pub use outcome::{Cause, CopyDelivery, Delivery, Outcome};
pub use reply::Reply;
pub use stub::{Sent, Stub};
pub use timeouts::Timeouts;
/// The version of rustls that [`Submitter::tls_config`] takes.
pub use tokio_rustls::rustls;
pub use transport::{Sending, Transport};
pub use witness::Witness;

use crate::{Envelope, Error, Mailbox, Protected};
use auth::Credentials;
use message::Message;
use session::{Capabilities, Session};
use transaction::Transaction;

/// An address literal (RFC 5321 4.1.3), because the name of this machine is nobody's business.
const EHLO_NAME: &str = "[127.0.0.1]";

/// Sends messages to one SMTP server.
///
/// One session per call; a `Submitter` can be used as often as wanted, from several tasks at once.
///
/// ```no_run
/// # async fn example(envelope: smime::Envelope, message: Vec<u8>) -> Result<(), Box<dyn std::error::Error>> {
/// use smime::submit::Submitter;
///
/// let submitter = Submitter::relay("smtp.example.org")?.credentials("alice", "secret");
/// let delivery = submitter.send_bytes(&envelope, &message).await?;
/// for (recipient, outcome) in delivery.iter() {
///     println!("{recipient}: {outcome}");
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Submitter {
    host: String,
    server_name: ServerName<'static>,
    port: u16,
    security: Security,
    connect_to: Option<SocketAddr>,
    credentials: Option<Arc<Credentials>>,
    credentials_in_clear: bool,
    ehlo_name: String,
    timeouts: Timeouts,
    return_path: Option<Mailbox>,
    all_or_nothing: bool,
    tls_config: Option<Arc<ClientConfig>>,
    roots: Option<Arc<RootCertStore>>,
    /// Made from `roots` at the first use: reading those of the platform takes time.
    made_config: OnceLock<Arc<ClientConfig>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Security {
    Tls,
    StartTls,
    None,
}

impl Submitter {
    /// Implicit TLS on port 465 (RFC 8314), the best choice where the server has it.
    ///
    /// # Errors
    /// [`SubmitError::Invalid`] when `host` is neither a name nor an IP address.
    pub fn relay(host: &str) -> Result<Submitter, SubmitError> {
        Submitter::new(host, 465, Security::Tls)
    }

    /// STARTTLS on port 587 (RFC 3207). Without it nothing is sent: there is no fall-back to plain text.
    ///
    /// # Errors
    /// As [`Submitter::relay`].
    pub fn starttls(host: &str) -> Result<Submitter, SubmitError> {
        Submitter::new(host, 587, Security::StartTls)
    }

    /// Plain text on port 25: everybody on the way can read and change what is sent. For a server on the same
    /// machine.
    ///
    /// # Errors
    /// As [`Submitter::relay`].
    pub fn danger_plaintext(host: &str) -> Result<Submitter, SubmitError> {
        Submitter::new(host, 25, Security::None)
    }

    fn new(host: &str, port: u16, security: Security) -> Result<Submitter, SubmitError> {
        let unusable = || {
            let shown: String = host.chars().take(80).flat_map(char::escape_debug).collect();
            Error::misuse(format!(
                "\"{shown}\" is neither a host name nor an IP address"
            ))
        };
        let ascii = if host.is_ascii() {
            host.to_owned()
        } else {
            idna::domain_to_ascii(host).map_err(|_| unusable())?
        };
        let server_name = ServerName::try_from(ascii.clone()).map_err(|_| unusable())?;
        Ok(Submitter {
            host: ascii,
            server_name,
            port,
            security,
            connect_to: None,
            credentials: None,
            credentials_in_clear: false,
            ehlo_name: EHLO_NAME.to_owned(),
            timeouts: Timeouts::default(),
            return_path: None,
            all_or_nothing: false,
            tls_config: None,
            roots: None,
            made_config: OnceLock::new(),
        })
    }

    /// Another port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// User and password for AUTH. They are checked when something is sent.
    pub fn credentials(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        let password = Zeroizing::new(password.into());
        self.credentials = Some(Arc::new(Credentials::new(user.into(), password)));
        self
    }

    /// Allows the password to go over a plain text connection, where everybody on the way can read it.
    pub fn danger_credentials_in_clear(mut self) -> Self {
        self.credentials_in_clear = true;
        self
    }

    /// The name for EHLO: a domain name or an address literal. Default `[127.0.0.1]`; never the name of this machine.
    pub fn ehlo_name(mut self, name: impl Into<String>) -> Self {
        self.ehlo_name = name.into();
        self
    }

    /// How long each step may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Another TLS configuration, used as it is, instead of the one made here. [`rustls`] is the version it is of.
    pub fn tls_config(mut self, config: Arc<ClientConfig>) -> Self {
        self.tls_config = Some(config);
        self
    }

    /// Trusts only these authorities, PEM (one or more) or DER (one), instead of those of the platform. They are for
    /// TLS; S/MIME has its own. Without effect on a [`tls_config`](Submitter::tls_config).
    ///
    /// # Errors
    /// [`SubmitError::Invalid`] when there is no certificate in the bytes, or one that cannot be read.
    pub fn root_certificates(mut self, pem_or_der: &[u8]) -> Result<Self, SubmitError> {
        self.roots = Some(Arc::new(tls::roots(pem_or_der)?));
        self.made_config = OnceLock::new();
        Ok(self)
    }

    /// Where bounces of everything sent go, instead of the return path of each envelope (which
    /// [`crate::Protector`] sets to Sender, else the only From).
    pub fn return_path(mut self, return_path: &Mailbox) -> Self {
        self.return_path = Some(return_path.clone());
        self
    }

    /// Sends a copy only if the server takes it for all its recipients, and stops at the first copy that it does not
    /// take. Copies accepted before stay accepted: SMTP cannot take them back.
    pub fn all_or_nothing(mut self) -> Self {
        self.all_or_nothing = true;
        self
    }

    /// Connects to this address instead of looking the host up. TLS still checks the host name.
    pub fn connect_to(mut self, address: SocketAddr) -> Self {
        self.connect_to = Some(address);
        self
    }

    /// Sends all copies of a protected message in one session.
    ///
    /// Dropping the future is the same as a lost connection.
    ///
    /// # Errors
    /// [`SubmitError`] when nothing was sent to anybody; after the first MAIL FROM every recipient has an [`Outcome`].
    pub async fn send(&self, protected: &Protected) -> Result<Delivery, SubmitError> {
        Transport::send(self, protected).await
    }

    /// [`Submitter::send`], blocking. It has its own thread, so it works inside an async runtime too (and blocks it).
    ///
    /// # Errors
    /// As [`Submitter::send`].
    pub fn send_blocking(&self, protected: &Protected) -> Result<Delivery, SubmitError> {
        blocking(self.send(protected))?
    }

    /// Sends a protected message again, the same bytes, to those whom `delivery` says were deferred and to nobody
    /// else. What it gives is about them alone.
    ///
    /// # Errors
    /// As [`Transport::retry`].
    pub async fn retry(
        &self,
        protected: &Protected,
        delivery: &Delivery,
    ) -> Result<Delivery, SubmitError> {
        Transport::retry(self, protected, delivery).await
    }

    /// [`Submitter::retry`], blocking, as [`Submitter::send_blocking`].
    ///
    /// # Errors
    /// As [`Submitter::retry`].
    pub fn retry_blocking(
        &self,
        protected: &Protected,
        delivery: &Delivery,
    ) -> Result<Delivery, SubmitError> {
        blocking(self.retry(protected, delivery))?
    }

    /// Sends what is already made: a retry, or a mail without protection.
    ///
    /// The bytes go as they are; sending them again sends the same. Only if the last line has no line end, one is
    /// added. A `Bcc` field in the header would be sent too.
    ///
    /// # Errors
    /// As [`Submitter::send`]; also [`SubmitError::Invalid`] when the message is empty or has a NUL, a CR without LF or
    /// an LF without CR in it.
    pub async fn send_bytes(
        &self,
        envelope: &Envelope,
        message: &[u8],
    ) -> Result<Delivery, SubmitError> {
        self.submit(&[(envelope, message)], None).await
    }

    /// [`Submitter::send_bytes`], blocking, as [`Submitter::send_blocking`].
    ///
    /// # Errors
    /// As [`Submitter::send_bytes`].
    pub fn send_bytes_blocking(
        &self,
        envelope: &Envelope,
        message: &[u8],
    ) -> Result<Delivery, SubmitError> {
        blocking(self.send_bytes(envelope, message))?
    }

    async fn submit(
        &self,
        copies: &[(&Envelope, &[u8])],
        witness: Option<&dyn Witness>,
    ) -> Result<Delivery, SubmitError> {
        let envelopes: Vec<Envelope> = copies.iter().map(|(one, _)| self.routed(one)).collect();
        let copies: Vec<(&Envelope, &[u8])> = envelopes
            .iter()
            .zip(copies)
            .map(|(envelope, (_, bytes))| (envelope, *bytes))
            .collect();
        let messages = check(&copies)?;
        self.check()?;
        let (session, offered) = connect::open(self).await?;
        Ok(self
            .transact(session, &offered, &copies, &messages, witness)
            .await)
    }

    /// One copy after the other over a session, which ends with it.
    async fn transact(
        &self,
        mut session: Session,
        offered: &Capabilities,
        copies: &[(&Envelope, &[u8])],
        messages: &[Message<'_>],
        witness: Option<&dyn Witness>,
    ) -> Delivery {
        let mut delivered: Vec<CopyDelivery> = Vec::with_capacity(copies.len());
        for (copy, ((envelope, _), message)) in copies.iter().zip(messages).enumerate() {
            let last = delivered.last();
            let one = if self.all_or_nothing && last.is_some_and(CopyDelivery::any_not_accepted) {
                let stopped = Outcome::Deferred(Cause::AllOrNothing);
                CopyDelivery::new(envelope, |_, _| stopped.clone())
            } else {
                let mut transaction = Transaction {
                    session: &mut session,
                    offered,
                    all_or_nothing: self.all_or_nothing,
                    witness: witness.map(|witness| (copy, witness)),
                };
                transaction.send(envelope, message).await
            };
            if let Some(witness) = witness {
                witness.settled(copy, &one);
            }
            delivered.push(one);
        }
        session.quit().await;
        Delivery::new(delivered)
    }

    /// One copy over a stream that is connected already.
    #[cfg(fuzzing)]
    pub(crate) async fn submit_over(
        &self,
        stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
        envelope: &Envelope,
        message: &[u8],
    ) -> Result<Delivery, SubmitError> {
        let copies = [(envelope, message)];
        let messages = check(&copies)?;
        self.check()?;
        let (session, offered) = connect::over(self, Box::new(stream), None).await?;
        Ok(self
            .transact(session, &offered, &copies, &messages, None)
            .await)
    }

    fn routed(&self, envelope: &Envelope) -> Envelope {
        match &self.return_path {
            Some(path) => envelope.clone().with_return_path(Some(path.clone())),
            None => envelope.clone(),
        }
    }

    fn check(&self) -> Result<(), Error> {
        path::check_ehlo_name(&self.ehlo_name)?;
        if let Some(credentials) = &self.credentials {
            credentials.check()?;
            if self.security == Security::None && !self.credentials_in_clear {
                return Err(Error::misuse(
                    "the password would go over a plain text connection; use Submitter::relay or \
                     Submitter::starttls, or allow it with danger_credentials_in_clear",
                ));
            }
        }
        Ok(())
    }

    fn client_config(&self) -> Result<Arc<ClientConfig>, SubmitError> {
        if let Some(config) = self.tls_config.as_ref().or(self.made_config.get()) {
            return Ok(Arc::clone(config));
        }
        let config = tls::client_config(self.roots.as_ref())?;
        Ok(Arc::clone(self.made_config.get_or_init(|| config)))
    }
}

impl Transport for Submitter {
    fn send_copies<'a>(&'a self, copies: Vec<(&'a Envelope, &'a [u8])>) -> Sending<'a> {
        Box::pin(async move { self.submit(&copies, None).await })
    }

    fn send_witnessed<'a>(
        &'a self,
        copies: Vec<(&'a Envelope, &'a [u8])>,
        witness: &'a dyn Witness,
    ) -> Sending<'a> {
        Box::pin(async move { self.submit(&copies, Some(witness)).await })
    }
}

/// Without user and password.
impl fmt::Debug for Submitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submitter")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("has_credentials", &self.credentials.is_some())
            .finish_non_exhaustive()
    }
}

/// All that can be refused before connecting.
fn check<'a>(copies: &[(&Envelope, &'a [u8])]) -> Result<Vec<Message<'a>>, Error> {
    if copies.is_empty() {
        return Err(Error::misuse("there is no copy to send"));
    }
    copies
        .iter()
        .map(|(envelope, bytes)| {
            path::check(envelope)?;
            Message::check(bytes)
        })
        .collect()
}

/// Runs on a thread of its own: a runtime cannot be started inside another one.
fn blocking<T: Send>(work: impl Future<Output = T> + Send) -> Result<T, SubmitError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .map_err(|source| SubmitError::Runtime { source })?;
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("smime-submit".into());
        let running = thread.spawn_scoped(scope, move || {
            let result = runtime.block_on(work);
            // A look-up that timed out may still be waiting for its answer.
            runtime.shutdown_background();
            result
        });
        match running.map(|thread| thread.join()) {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(source) => Err(SubmitError::Runtime { source }),
        }
    })
}
