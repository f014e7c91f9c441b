#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| smime_fuzz::targets::pkcs12(data));
