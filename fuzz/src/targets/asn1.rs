use smime::fuzzing::asn1::{read_as, scanned, to_der, values, written};

use crate::input::{Cuts, Input};
use crate::shown;

/// BER: the scanner says what the reader says, however the input is cut; DER is a fixed point.
///
/// Three bytes decide, the rest is BER.
pub fn asn1(data: &[u8]) {
    let mut input = Input::new(data);
    let depth = usize::from(input.byte() % 9);
    let cuts = Cuts::new(&mut input);
    let ber = input.rest();
    let whole = values(ber, depth);
    match (&whole, scanned(&cuts.pieces(ber), depth)) {
        (Ok(whole), Ok(found)) => assert_eq!(*whole, found),
        (Err(whole), Err(_)) => shown::error(whole),
        (whole, found) => panic!("read: {whole:?}\nscanned: {found:?}"),
    }
    if let Ok(whole) = &whole {
        let octets: usize = whole
            .iter()
            .flat_map(|(_, _, octets)| octets)
            .map(Vec::len)
            .sum();
        assert!(octets <= ber.len());
    }
    let _ = read_as(ber);
    match to_der(ber) {
        Ok(der) => {
            // A BIT STRING of no pieces, two bytes, becomes one of three.
            assert!(der.len() <= 2 * ber.len());
            assert_eq!(to_der(&der).expect("DER is BER"), der);
            assert!(values(&der, 64).is_ok());
        }
        Err(error) => shown::error(&error),
    }
    if let Ok(value) = written(ber) {
        assert_eq!(
            written(&value).expect("what was written can be read"),
            value
        );
    }
}
