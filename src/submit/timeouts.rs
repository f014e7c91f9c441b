//! [`Timeouts`]: how long each step of a submission may take.

use std::time::Duration;

/// How long each step may take. The defaults are the minima of RFC 5321 4.5.3.2 where it names one.
///
/// ```
/// use std::time::Duration;
/// let patient = smime::submit::Timeouts { connect: Duration::from_secs(120), ..Default::default() };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Looking the name up, and connecting to one address. Default 30 seconds.
    pub connect: Duration,
    /// The TLS handshake. Default 30 seconds.
    pub tls: Duration,
    /// The greeting of the server. Default 5 minutes.
    pub greeting: Duration,
    /// EHLO, STARTTLS, each step of AUTH, RSET. Default 5 minutes.
    pub command: Duration,
    /// MAIL FROM. Default 5 minutes.
    pub mail: Duration,
    /// Each RCPT TO. Default 5 minutes.
    pub recipient: Duration,
    /// DATA, until the server asks for the message. Default 2 minutes.
    pub data: Duration,
    /// Writing one block of at most 64 KiB. Default 3 minutes.
    pub block: Duration,
    /// The answer to the final dot. A server may deliver before it answers, and giving up early sends mail
    /// twice. Default 10 minutes.
    pub dot: Duration,
    /// QUIT and closing; by then nothing can be lost. Default 10 seconds.
    pub quit: Duration,
}

impl Timeouts {
    /// The same bound for every step.
    pub fn all(bound: Duration) -> Timeouts {
        Timeouts {
            connect: bound,
            tls: bound,
            greeting: bound,
            command: bound,
            mail: bound,
            recipient: bound,
            data: bound,
            block: bound,
            dot: bound,
            quit: bound,
        }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        let minutes = |count: u64| Duration::from_secs(count * 60);
        Timeouts {
            connect: Duration::from_secs(30),
            tls: Duration::from_secs(30),
            greeting: minutes(5),
            command: minutes(5),
            mail: minutes(5),
            recipient: minutes(5),
            data: minutes(2),
            block: minutes(3),
            dot: minutes(10),
            quit: Duration::from_secs(10),
        }
    }
}
