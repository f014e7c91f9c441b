//! One function for each target.

mod asn1;
mod certificate;
mod cms_open;
mod faces;
mod header;
mod mime;
mod path;
mod pkcs12;
mod round_trip;
mod smtp_reply;

pub use asn1::asn1;
pub use certificate::certificate;
pub use cms_open::cms_open;
pub use faces::{faces, faces_message};
pub use header::header;
pub use mime::mime;
pub use path::path;
pub use pkcs12::pkcs12;
pub use round_trip::round_trip;
pub use smtp_reply::smtp_reply;

/// A target.
pub type Target = fn(&[u8]);

/// All of them, by name.
pub const ALL: [(&str, Target); 10] = [
    ("asn1", asn1),
    ("certificate", certificate),
    ("cms_open", cms_open),
    ("faces", faces),
    ("header", header),
    ("mime", mime),
    ("path", path),
    ("pkcs12", pkcs12),
    ("round_trip", round_trip),
    ("smtp_reply", smtp_reply),
];
