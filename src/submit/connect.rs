//! From a host name to a session that is ready for MAIL FROM.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::rustls::ClientConfig;

use super::session::{Capabilities, Session};
use super::wire::{Stream, Wire};
use super::{Cause, Reply, Security, SubmitError, Submitter, auth, tls};

/// Connects, greets, secures and authenticates.
pub(super) async fn open(submitter: &Submitter) -> Result<(Session, Capabilities), SubmitError> {
    let config = match submitter.security {
        Security::Tls | Security::StartTls => Some(submitter.client_config()?),
        Security::None => None,
    };
    let mut stream: Box<dyn Stream> = Box::new(connect(submitter).await?);
    if let (Security::Tls, Some(config)) = (submitter.security, &config) {
        stream = secure(submitter, stream, config).await?;
    }
    over(submitter, stream, config).await
}

/// The same over a stream that is there.
pub(super) async fn over(
    submitter: &Submitter,
    stream: Box<dyn Stream>,
    config: Option<Arc<ClientConfig>>,
) -> Result<(Session, Capabilities), SubmitError> {
    let mut session = Session::new(Wire::new(stream), submitter.timeouts);
    let begun = begin(submitter, &mut session).await;
    let (mut session, mut offered) = or_quit(session, begun).await?;
    if let (Security::StartTls, Some(config)) = (submitter.security, &config) {
        // Bytes that came before the handshake must not be taken for replies after it (RFC 3207 6).
        let Some(stream) = session.into_stream() else {
            return Err(SubmitError::StartTlsInjection);
        };
        let stream = secure(submitter, stream, config).await?;
        session = Session::new(Wire::new(stream), submitter.timeouts);
        // What was offered in clear may have been written by anybody (RFC 3207 4.2).
        let again = ehlo(submitter, &mut session).await;
        (session, offered) = or_quit(session, again).await?;
    }
    if let Some(credentials) = &submitter.credentials {
        let allowed = auth::authenticate(&mut session, &offered, credentials).await;
        (session, ()) = or_quit(session, allowed).await?;
    }
    Ok((session, offered))
}

/// Greeting, EHLO, and STARTTLS where it is wanted.
async fn begin(submitter: &Submitter, session: &mut Session) -> Result<Capabilities, SubmitError> {
    let greeting = session.greeting().await.map_err(SubmitError::Session)?;
    expect("the greeting", greeting)?;
    let offered = ehlo(submitter, session).await?;
    if submitter.security == Security::StartTls {
        if !offered.starttls {
            return Err(SubmitError::StartTlsNotOffered);
        }
        let bound = session.timeouts().command;
        let reply = session
            .command("STARTTLS", b"STARTTLS\r\n", bound)
            .await
            .map_err(SubmitError::Session)?;
        if reply.code() != 220 {
            return Err(SubmitError::StartTlsRefused(reply));
        }
    }
    Ok(offered)
}

async fn ehlo(submitter: &Submitter, session: &mut Session) -> Result<Capabilities, SubmitError> {
    let line = format!("EHLO {}\r\n", submitter.ehlo_name);
    let bound = session.timeouts().command;
    let reply = session
        .command("EHLO", line.as_bytes(), bound)
        .await
        .map_err(SubmitError::Session)?;
    let reply = expect("EHLO", reply)?;
    Ok(Capabilities::parse(&reply))
}

fn expect(during: &'static str, reply: Reply) -> Result<Reply, SubmitError> {
    if reply.is_positive() {
        Ok(reply)
    } else {
        Err(SubmitError::Session(Cause::Reply { during, reply }))
    }
}

async fn or_quit<T>(
    session: Session,
    result: Result<T, SubmitError>,
) -> Result<(Session, T), SubmitError> {
    match result {
        Ok(value) => Ok((session, value)),
        Err(error) => {
            session.quit().await;
            Err(error)
        }
    }
}

async fn secure(
    submitter: &Submitter,
    stream: Box<dyn Stream>,
    config: &Arc<ClientConfig>,
) -> Result<Box<dyn Stream>, SubmitError> {
    let name = submitter.server_name.clone();
    tls::handshake(stream, Arc::clone(config), name, submitter.timeouts.tls)
        .await
        .map_err(|problem| SubmitError::Tls {
            host: submitter.host.clone(),
            problem,
        })
}

async fn connect(submitter: &Submitter) -> Result<TcpStream, SubmitError> {
    let bound = submitter.timeouts.connect;
    let addresses: Vec<SocketAddr> = match submitter.connect_to {
        Some(address) => vec![address],
        None => {
            let found = within(
                bound,
                lookup_host((submitter.host.as_str(), submitter.port)),
            );
            let found = found.await.map_err(|source| SubmitError::Resolve {
                host: submitter.host.clone(),
                source,
            })?;
            found.collect()
        }
    };
    let mut failure = (
        format!("{}:{}", submitter.host, submitter.port),
        io::Error::new(io::ErrorKind::NotFound, "the name has no address"),
    );
    for address in addresses {
        match within(bound, TcpStream::connect(address)).await {
            Ok(stream) => {
                // Commands are small and wait for their answers; an error here costs only time.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => failure = (address.to_string(), error),
        }
    }
    let (server, source) = failure;
    Err(SubmitError::Connect { server, source })
}

async fn within<T>(bound: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    match timeout(bound, work).await {
        Ok(result) => result,
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "it took too long")),
    }
}
