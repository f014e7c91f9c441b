//! How messages name certificates (RFC 5652 5.3, 6.2).

use std::fmt;

use super::{Certificate, hex, name};

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub enum $name {
            /// `IssuerAndSerialNumber ::= SEQUENCE { issuer Name, serialNumber CertificateSerialNumber }`
            IssuerAndSerial {
                /// DER of the issuer's `Name`.
                issuer: Vec<u8>,
                /// Content octets of the serial number, without tag and length.
                serial: Vec<u8>,
            },
            /// The octets of the subjectKeyIdentifier extension.
            SubjectKeyIdentifier(Vec<u8>),
        }

        impl $name {
            /// Names a certificate by its issuer and serial number, as received.
            pub fn issuer_and_serial(certificate: &Certificate) -> Self {
                Self::IssuerAndSerial {
                    issuer: certificate.issuer_der().to_vec(),
                    serial: certificate.serial_der().to_vec(),
                }
            }

            /// Names a certificate by its subjectKeyIdentifier extension; `None` if it has none.
            pub fn subject_key_identifier(certificate: &Certificate) -> Option<Self> {
                certificate
                    .subject_key_identifier()
                    .map(|identifier| Self::SubjectKeyIdentifier(identifier.to_vec()))
            }

            /// Whether this names the certificate. Several certificates may share a key identifier.
            ///
            /// The issuer is compared as names are (RFC 5280 7.1): senders write it anew, in other kinds
            /// of strings.
            pub fn matches(&self, certificate: &Certificate) -> bool {
                match self {
                    Self::IssuerAndSerial { issuer, serial } => {
                        certificate.serial_der() == serial && certificate.has_issuer(issuer)
                    }
                    Self::SubjectKeyIdentifier(identifier) => {
                        certificate.subject_key_identifier() == Some(identifier)
                    }
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    Self::IssuerAndSerial { issuer, serial } => write!(
                        f,
                        "serial {} issued by {}",
                        hex(serial.get(..32).unwrap_or(serial), ""),
                        name::to_text(issuer)
                    ),
                    Self::SubjectKeyIdentifier(identifier) => {
                        let shown = identifier.get(..32).unwrap_or(identifier);
                        write!(f, "key identifier {}", hex(shown, ""))
                    }
                }
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

identifier! {
    /// How a signature names the certificate of its signer (`SignerIdentifier`, RFC 5652 5.3).
    SignerId
}

identifier! {
    /// How an encrypted message names the certificate of a recipient (`RecipientIdentifier`, RFC 5652
    /// 6.2.1, and `KeyAgreeRecipientIdentifier`, 6.2.2).
    RecipientId
}
