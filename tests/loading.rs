//! Loading and writing of certificates, keys and PKCS#12 files over the public face.

#[path = "loading/certificates.rs"]
mod certificates;
#[path = "loading/corpora.rs"]
mod corpora;
#[path = "loading/errors.rs"]
mod errors;
#[path = "loading/keys.rs"]
mod keys;
#[path = "loading/pkcs12.rs"]
mod pkcs12;
#[path = "loading/tools.rs"]
mod tools;
