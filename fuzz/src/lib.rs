//! Fuzz targets: functions over bytes, which hold the crate to what must be true of any input.
//!
//! They run under libFuzzer (`scripts/fuzz.sh run`), and over the committed seeds without it (`scripts/fuzz.sh smoke`).
//! The cryptography is a stub: see `src/crypto/stub.rs` of the crate.

#[cfg(not(fuzzing))]
compile_error!("build with RUSTFLAGS=\"--cfg fuzzing\": see scripts/fuzz.sh");

mod input;
mod recipe;
mod shown;
pub mod world;

#[path = "../../tests/support/faces.rs"]
pub mod faces;

pub mod targets;
