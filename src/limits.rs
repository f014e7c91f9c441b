//! Every bound of the crate in one struct.

/// Bounds on what input may ask for. The defaults fit mail; every one can be raised.
///
/// ```
/// let limits = smime::Limits { kdf_iterations: 50_000_000, ..smime::Limits::default() };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Nesting depth of ASN.1 values. Default 64.
    pub asn1_depth: usize,
    /// Iterations of a password-based key derivation, MAC included. Default 10,000,000.
    pub kdf_iterations: u64,
    /// Size in bytes of one file of certificates or keys. Default 64 MiB.
    pub file_bytes: u64,
    /// Certificates in one file or bag. Default 1,000.
    pub certificates: usize,
    /// Bags in one PKCS#12 file. Default 10,000.
    pub pkcs12_bags: usize,
    /// Size in bytes of the header block of a message or part. Default 1 MiB.
    pub header_bytes: usize,
    /// Nesting depth of MIME parts. Default 32.
    pub mime_depth: usize,
    /// Number of MIME parts in a message. Default 1,000.
    pub mime_parts: usize,
    /// Addresses in the address fields of one message. Default 10,000.
    pub addresses: usize,
    /// Bytes of a leaf part that are looked at before its transfer encoding is chosen. Default 256 KiB.
    pub leaf_lookahead: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            asn1_depth: 64,
            kdf_iterations: 10_000_000,
            file_bytes: 64 << 20,
            certificates: 1_000,
            pkcs12_bags: 10_000,
            header_bytes: 1 << 20,
            mime_depth: 32,
            mime_parts: 1_000,
            addresses: 10_000,
            leaf_lookahead: 256 << 10,
        }
    }
}
