//! Files of one OCSP response: DER, BER and PEM.

use super::pem;
use crate::cert::OcspResponse;
use crate::{Error, Limits};

impl OcspResponse {
    /// One response, with [`Limits::default`]: `OCSPResponse`, or the `BasicOCSPResponse` in it, in DER or BER, or in
    /// PEM with the label `OCSP RESPONSE`.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Malformed`]; [`crate::ErrorKind::External`] when the responder answers with an error
    /// instead, which it names; [`crate::ErrorKind::Unsupported`] when the answer is of another type than
    /// id-pkix-ocsp-basic; [`crate::ErrorKind::Limit`].
    pub fn from_bytes(bytes: &[u8]) -> Result<OcspResponse, Error> {
        OcspResponse::from_bytes_with(bytes, &Limits::default())
    }

    /// [`OcspResponse::from_bytes`] with limits of one's own: [`Limits::file_bytes`], [`Limits::ocsp_responses`],
    /// [`Limits::certificates`].
    pub fn from_bytes_with(bytes: &[u8], limits: &Limits) -> Result<OcspResponse, Error> {
        super::check_size(bytes, limits)?;
        match OcspResponse::from_der_exact(bytes, limits) {
            Err(_) if pem::is_pem(bytes) => {
                let blocks = pem::blocks(bytes)?;
                let block = blocks.iter().find(|block| block.label == "OCSP RESPONSE");
                let block = block.ok_or_else(|| {
                    Error::malformed("OCSP response", "the PEM file has no block OCSP RESPONSE")
                })?;
                OcspResponse::from_der_exact(&block.der, limits)
            }
            read => read,
        }
    }
}
