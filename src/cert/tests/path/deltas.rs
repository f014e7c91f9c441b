//! Delta lists (RFC 5280 5.2.4).

use super::revocation::{LEAF, THEN, Tree, outcomes, revoked};
use super::*;
use crate::cert::ca::{RevocationList, full_name, uri};
use crate::cert::path::CertificateStatus;

const HOLD: Option<u8> = Some(6);
const REMOVE: Option<u8> = Some(8);

impl Tree {
    fn complete(&self) -> RevocationList<'_> {
        self.issuing.revocation_list().number(5)
    }

    /// What changed since number 5, newer than the complete list.
    fn delta(&self) -> RevocationList<'_> {
        let list = self.issuing.revocation_list().number(7).delta(5);
        list.updates("250801000000Z", Some("270101000000Z"))
    }

    /// How the leaf's status comes out with these lists.
    fn status(&self, lists: Vec<RevocationList<'_>>) -> Outcome {
        let mut case = self.case();
        for list in lists {
            case = case.crl(&list.issue());
        }
        match case.validate() {
            Ok(path) => outcomes(path.checks())[0],
            Err(failure) => outcomes(failure.checks())[0],
        }
    }
}

#[test]
fn news_of_a_delta_list() {
    let tree = Tree::new();
    assert_eq!(
        tree.status(vec![tree.complete(), tree.delta()]),
        Outcome::Passed
    );
    let case = tree.case().crl(&tree.complete().issue());
    let news = tree.delta().revoke(LEAF, THEN, Some(1));
    let case = case.crl(&news.issue());
    assert_eq!(case.reasons(), [revoked("CN=bob", "keyCompromise")]);
    // What is listed in the complete one stays revoked unless the delta list says otherwise.
    for reason in [HOLD, Some(1)] {
        let listed = || tree.complete().revoke(LEAF, THEN, reason);
        assert_eq!(tree.status(vec![listed(), tree.delta()]), Outcome::Failed);
    }
}

#[test]
fn pki_06_a_delta_list_alone_says_nothing_good() {
    let tree = Tree::new();
    assert_eq!(tree.status(vec![tree.delta()]), Outcome::Unknown);
    let removed = tree.delta().revoke(LEAF, THEN, REMOVE);
    assert_eq!(tree.status(vec![removed]), Outcome::Unknown);
    let listed = tree.delta().revoke(LEAF, THEN, Some(1));
    assert_eq!(tree.status(vec![listed]), Outcome::Failed);
}

#[test]
fn only_a_hold_ends_by_a_delta_list_that_goes_with_the_list() {
    let tree = Tree::new();
    let held = || tree.complete().revoke(LEAF, THEN, HOLD);
    let removed = || tree.delta().revoke(LEAF, THEN, REMOVE);
    assert_eq!(tree.status(vec![held(), removed()]), Outcome::Passed);
    for reason in [None, Some(1), REMOVE] {
        let listed = tree.complete().revoke(LEAF, THEN, reason);
        assert_eq!(
            tree.status(vec![listed, removed()]),
            Outcome::Failed,
            "{reason:?}"
        );
    }
    // Its base is newer than the complete list, or it is older, or the complete list has no number.
    let list = |number, base| {
        let list = tree.issuing.revocation_list().number(number).delta(base);
        let list = list.updates("250801000000Z", Some("270101000000Z"));
        list.revoke(LEAF, THEN, REMOVE)
    };
    assert_eq!(tree.status(vec![held(), list(7, 6)]), Outcome::Failed);
    assert_eq!(tree.status(vec![held(), list(4, 3)]), Outcome::Failed);
    assert_eq!(tree.status(vec![held(), list(5, 5)]), Outcome::Passed);
    assert_eq!(tree.status(vec![held(), list(7, 1)]), Outcome::Passed);
    let bare = tree.issuing.revocation_list().revoke(LEAF, THEN, HOLD);
    assert_eq!(tree.status(vec![bare, removed()]), Outcome::Failed);
    // It is for another place, names another key, has ended, is not signed, or is not understood.
    let point = full_name(&uri("http://x.example/"));
    let other_place = removed().issuing_point(&point);
    let other_key = removed().extension("2.5.29.35", false, b"\x30\x03\x80\x01x");
    let ended = removed().updates("250801000000Z", Some("250901000000Z"));
    let unknown = removed().extension("1.2.3.4", true, b"?");
    for delta in [other_place, other_key, ended, unknown] {
        assert_eq!(tree.status(vec![held(), delta]), Outcome::Failed);
    }
    let impostor = Ca::new("Issuing");
    let forged = impostor.revocation_list().number(7).delta(5);
    let forged = forged.updates("250801000000Z", Some("270101000000Z"));
    let forged = forged.revoke(LEAF, THEN, REMOVE);
    assert_eq!(tree.status(vec![held(), forged]), Outcome::Failed);
    // Of several the newest decides.
    let again = tree.issuing.revocation_list().number(9).delta(5);
    let again = again.updates("250901000000Z", Some("270101000000Z"));
    assert_eq!(tree.status(vec![held(), removed(), again]), Outcome::Failed);
}

#[test]
fn a_delta_list_by_another_key_of_the_issuer_does_not_go_with_the_list() {
    let tree = Tree::new();
    let renewed = tree.issuing.authority("Issuing").issue_authority();
    let delta = || {
        let list = renewed.revocation_list().number(7).delta(5);
        list.updates("250801000000Z", Some("270101000000Z"))
    };
    let held = tree.complete().revoke(LEAF, THEN, HOLD);
    let removed = delta().revoke(LEAF, THEN, REMOVE);
    let mut case = tree.case().crl(&held.issue()).crl(&removed.issue());
    case.others.push(read(renewed.certificate_der()));
    assert_eq!(case.reasons(), [revoked("CN=bob", "certificateHold")]);
    // Nor does it make up for the end of the complete one, which one of that key would.
    for (complete, outcome) in [
        (tree.complete(), Outcome::Unknown),
        (renewed.revocation_list().number(5), Outcome::Passed),
    ] {
        let ended = complete.updates("250101000000Z", Some("250901000000Z"));
        let mut case = tree.case().crl(&ended.issue()).crl(&delta().issue());
        case.others.push(read(renewed.certificate_der()));
        assert_eq!(outcomes(case.path().checks())[0], outcome);
    }
}

#[test]
fn pki_06_a_delta_list_without_a_number_does_not_count() {
    let tree = Tree::new();
    let bare = || {
        let list = tree.issuing.revocation_list().delta(5);
        list.updates("250801000000Z", Some("270101000000Z"))
    };
    let case = tree.case().crl(&bare().issue());
    let path = case.path();
    let words = path.checks().iter().map(Check::to_string);
    let words: String = words.collect();
    assert!(
        words.contains("(deltaCRLIndicator) without a number"),
        "{words}"
    );
    let held = tree.complete().revoke(LEAF, THEN, HOLD);
    let removed = bare().revoke(LEAF, THEN, REMOVE);
    assert_eq!(tree.status(vec![held, removed]), Outcome::Failed);
    assert_eq!(tree.status(vec![tree.complete(), bare()]), Outcome::Passed);
    // Nor does one whose number cannot be read.
    for number in [&b"\x02\x00"[..], b"\x02\x01\x80", b"\x05\x00"] {
        let list = bare().extension("2.5.29.20", false, number);
        let held = tree.complete().revoke(LEAF, THEN, HOLD);
        let removed = list.revoke(LEAF, THEN, REMOVE);
        assert_eq!(tree.status(vec![held, removed]), Outcome::Failed);
    }
}

#[test]
fn a_list_that_has_ended_counts_with_what_changed_since() {
    let tree = Tree::new();
    let ended = || {
        tree.complete()
            .updates("250101000000Z", Some("250901000000Z"))
    };
    assert_eq!(tree.status(vec![ended()]), Outcome::Unknown);
    assert_eq!(tree.status(vec![ended(), tree.delta()]), Outcome::Passed);
    let listed = ended().revoke(LEAF, THEN, Some(1));
    assert_eq!(tree.status(vec![listed, tree.delta()]), Outcome::Failed);
    let beyond = tree.issuing.revocation_list().number(7).delta(6);
    let beyond = beyond.updates("250801000000Z", Some("270101000000Z"));
    assert_eq!(tree.status(vec![ended(), beyond]), Outcome::Unknown);
    // The dates are those of what is newest.
    let case = tree.case().crl(&ended().issue()).crl(&tree.delta().issue());
    let path = case.path();
    let CertificateStatus::Good {
        this_update,
        next_update,
        ..
    } = &path.statuses()[0]
    else {
        panic!("{path:#?}");
    };
    // 2025-08-01 and 2027-01-01
    let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
    assert_eq!(*this_update, at(1_754_006_400));
    assert_eq!(*next_update, Some(at(1_798_761_600)));
}

#[test]
fn what_is_revoked_counts_before_what_is_not_any_more() {
    let tree = Tree::new();
    let (earlier, later) = ("250301000000Z", THEN);
    for (revoked, removed) in [(earlier, later), (later, earlier)] {
        let one = tree.delta().revoke(LEAF, removed, REMOVE);
        let one = one.revoke(LEAF, revoked, Some(1));
        assert_eq!(tree.status(vec![tree.complete(), one]), Outcome::Failed);
        let other = tree.delta().revoke(LEAF, revoked, Some(1));
        let other = other.revoke(LEAF, removed, REMOVE);
        assert_eq!(tree.status(vec![tree.complete(), other]), Outcome::Failed);
    }
}

#[test]
fn a_delta_list_of_another_scope_ends_no_hold() {
    let tree = Tree::new();
    let held = || tree.complete().revoke(LEAF, THEN, HOLD);
    let removed = || tree.delta().revoke(LEAF, THEN, REMOVE);
    assert_eq!(tree.status(vec![held(), removed()]), Outcome::Passed);
    let users = [0x81, 1, 0xff];
    let removed = removed().issuing_point(&users);
    assert_eq!(tree.status(vec![held(), removed]), Outcome::Failed);
}
