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
    /// Iterations of password-based key derivation for one file or message, MAC and all passwords that are
    /// tried included. Default 10,000,000.
    pub kdf_iterations: u64,
    /// Size in bytes of one file of certificates or keys. Default 64 MiB.
    pub file_bytes: u64,
    /// Certificates in one file or bag. Default 1,000.
    pub certificates: usize,
    /// Signers of one message, those of all its parts together. Default 100.
    pub signers: usize,
    /// Operations with private keys to open one message, those for all its parts together. Default 32.
    pub key_operations: usize,
    /// Questions to the resolver and to keys to open one message. Default 500.
    pub questions: usize,
    /// Recipients of one message, those of a key agreement counted one by one. Default 10,000.
    pub recipients: usize,
    /// Attributes of one signer. Default 256.
    pub attributes: usize,
    /// CRLs in one file; CRLs and OCSP responses in one message, together. Default 1,000.
    pub crls: usize,
    /// Answers in one OCSP response. Default 1,000.
    pub ocsp_responses: usize,
    /// Layers of protection around one content: signatures, encryptions, compressions. Default 10.
    pub protection_layers: usize,
    /// Bytes that compressed content may have when it is unpacked. Default 100 MiB.
    pub decompressed_bytes: u64,
    /// How many times its compressed size unpacked content may have (from 1 MiB on). Default 100.
    pub decompression_ratio: u64,
    /// Certificates that a path to a trust anchor is looked for: those of the signers of one message that is opened,
    /// and those found for one address that is written to. Default 16.
    pub paths: usize,
    /// Signatures checked to find a path from one certificate to a trust anchor, and as many to find out about revocation;
    /// four times as many for all certificates of one message together. Default 100.
    pub path_signatures: usize,
    /// Steps taken to find such a path; four times as many for all of one message together. Default 200,000.
    pub path_steps: usize,
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
    /// Bytes of structure that are held when a message is opened as a stream: headers, certificates, revocation lists,
    /// signatures and short parts, all together. Default 8 MiB.
    pub held_in_all: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            asn1_depth: 64,
            kdf_iterations: 10_000_000,
            file_bytes: 64 << 20,
            certificates: 1_000,
            signers: 100,
            key_operations: 32,
            questions: 500,
            recipients: 10_000,
            attributes: 256,
            crls: 1_000,
            ocsp_responses: 1_000,
            protection_layers: 10,
            decompressed_bytes: 100 << 20,
            decompression_ratio: 100,
            paths: 16,
            path_signatures: 100,
            path_steps: 200_000,
            pkcs12_bags: 10_000,
            header_bytes: 1 << 20,
            mime_depth: 32,
            mime_parts: 1_000,
            addresses: 10_000,
            leaf_lookahead: 256 << 10,
            held_in_all: 8 << 20,
        }
    }
}
