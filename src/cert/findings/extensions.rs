//! The other extensions: which there must be, which must not, and which must not be critical (SMBR 7.1.2.3).

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280 as ids;

use super::lint::Lint;
use super::profile::{Generation, Validation};
use crate::asn1::{Reader, Tag};
use crate::{Error, Limits};

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// smimeCapabilities (RFC 4262).
const SMIME_CAPABILITIES: ObjectIdentifier = oid("1.2.840.113549.1.9.15");
/// qcStatements (RFC 3739 3.2.6).
const QC_STATEMENTS: ObjectIdentifier = oid("1.3.6.1.5.5.7.1.3");
/// Legal Entity Identifier and role (ISO 17442-2).
const LEI: ObjectIdentifier = oid("1.3.6.1.4.1.52266.1");
const LEI_ROLE: ObjectIdentifier = oid("1.3.6.1.4.1.52266.2");
/// Of Adobe: time stamp and ArchiveRevInfo.
const ADOBE_TIME_STAMP: ObjectIdentifier = oid("1.2.840.113583.1.1.9.1");
const ADOBE_ARCHIVE: ObjectIdentifier = oid("1.2.840.113583.1.1.9.2");

pub(super) fn extensions(lint: &mut Lint<'_>) {
    authority_key_identifier(lint);
    subject_key_identifier(lint);
    constraints(lint);
    prohibited(lint);
    critical(lint);
    if lint.extension(&QC_STATEMENTS).is_some() {
        lint.note(
            "smime.qualified",
            "it says that it was issued under the law about qualified certificates",
            "RFC 3739 3.2.6",
        );
    }
}

fn authority_key_identifier(lint: &mut Lint<'_>) {
    let Some(extension) = lint.extension(&ids::ID_CE_AUTHORITY_KEY_IDENTIFIER) else {
        // RFC 5280 4.2.1.1: one that signed itself may do without.
        if !lint.certificate.is_self_issued() {
            lint.must(
                "pkix.authority_key_identifier_extension_absent",
                "it does not say which key of its CA signed it, so that a chain is harder to find",
                "RFC 5280 4.2.1.1",
            );
        }
        return;
    };
    let Ok((has_key, has_issuer)) = authority_key(&extension.value) else {
        lint.unreadable("authorityKeyIdentifier");
        return;
    };
    if !has_key {
        lint.must(
            "pkix.authority_key_identifier_keyid_missing",
            "it does not say which key of its CA signed it, so that a chain is harder to find",
            "RFC 5280 4.2.1.1",
        );
    }
    if has_issuer {
        lint.baseline(
            "cabf.authority_key_identifier_has_issuer_cert",
            "it names the certificate of its CA by issuer and serial number, so that another one of the same CA does not fit",
            "SMBR 7.1.2.3 (g)",
        );
    }
}

/// Whether `AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] KeyIdentifier OPTIONAL, authorityCertIssuer [1]
/// GeneralNames OPTIONAL, authorityCertSerialNumber [2] CertificateSerialNumber OPTIONAL }` (RFC 5280 4.2.1.1) has the first
/// field, and whether another one.
fn authority_key(value: &[u8]) -> Result<(bool, bool), Error> {
    let limits = Limits::default();
    let mut outer = Reader::new(value, "authorityKeyIdentifier", &limits);
    let mut fields = outer.expect(Tag::SEQUENCE)?.reader()?;
    outer.finish()?;
    let has_key = fields.optional(Tag::context(0, false))?.is_some();
    Ok((has_key, !fields.is_empty()))
}

fn subject_key_identifier(lint: &mut Lint<'_>) {
    if lint.extension(&ids::ID_CE_SUBJECT_KEY_IDENTIFIER).is_none() {
        lint.should(
            "pkix.certificate_skid_end_entity_missing",
            "it has no subject key identifier, by which messages could name it",
            "RFC 5280 4.2.1.2",
        );
    }
}

/// What belongs into certificates of CAs only.
fn constraints(lint: &mut Lint<'_>) {
    if lint.certificate.0.extensions.path_len.is_some() {
        lint.must(
            "pkix.basic_constraints.has_pathlen_for_non_ca",
            "it limits the length of paths below it, although it is no CA's",
            "RFC 5280 4.2.1.9",
        );
    }
    if lint.extension(&ids::ID_CE_NAME_CONSTRAINTS).is_some() {
        lint.must(
            "pkix.name_constraints_in_ee_certificate",
            "it has name constraints, although it is no CA's",
            "RFC 5280 4.2.1.10",
        );
    }
}

/// By generation and type.
fn prohibited(lint: &mut Lint<'_>) {
    let (generation, validation) = (lint.generation(), lint.validation());
    let legacy = generation == Generation::Legacy;
    let strict = generation == Generation::Strict;
    let no_entity = matches!(
        validation,
        Some(Validation::Mailbox | Validation::Individual)
    );
    let no_role = no_entity || validation == Some(Validation::Organization);
    for (oid, wrong, code, what, reference) in [
        (
            ids::ID_CE_SUBJECT_DIRECTORY_ATTRIBUTES,
            !legacy,
            "cabf.smime.subject_directory_attributes_extension_prohibited",
            "subjectDirectoryAttributes",
            "SMBR 7.1.2.3 (j)",
        ),
        (
            LEI,
            no_entity,
            "cabf.smime.lei_extension_prohibited",
            "a Legal Entity Identifier",
            "SMBR 7.1.2.3 (l)",
        ),
        (
            LEI_ROLE,
            no_role,
            "cabf.smime.lei_role_extension_prohibited",
            "the role in a legal entity",
            "SMBR 7.1.2.3 (l)",
        ),
        (
            ADOBE_TIME_STAMP,
            strict,
            "cabf.smime.adobe_timestamp_extension_prohibited",
            "Adobe's time stamp service",
            "SMBR 7.1.2.3 (m)",
        ),
        (
            ADOBE_ARCHIVE,
            strict,
            "cabf.smime.adobe_archive_revinfo_extension_prohibited",
            "Adobe's ArchiveRevInfo",
            "SMBR 7.1.2.3 (m)",
        ),
    ] {
        if wrong && lint.extension(&oid).is_some() {
            let text = format!("it has an extension that its profile prohibits: {what}");
            lint.baseline(code, text, reference);
        }
    }
}

/// What must not be critical; clients that do not know it would have to refuse the certificate.
fn critical(lint: &mut Lint<'_>) {
    for (oid, code, what, reference) in [
        (
            ids::ID_CE_AUTHORITY_KEY_IDENTIFIER,
            "pkix.authority_key_identifier_critical",
            "authorityKeyIdentifier",
            "RFC 5280 4.2.1.1",
        ),
        (
            ids::ID_CE_SUBJECT_KEY_IDENTIFIER,
            "pkix.certificate_skid_extension_critical",
            "subjectKeyIdentifier",
            "RFC 5280 4.2.1.2",
        ),
        (
            SMIME_CAPABILITIES,
            "pkix.smime_capabilities_extension_critical",
            "smimeCapabilities",
            "RFC 4262 2",
        ),
        (
            ids::ID_CE_SUBJECT_DIRECTORY_ATTRIBUTES,
            "pkix.subject_directory_attributes_extension_critical",
            "subjectDirectoryAttributes",
            "RFC 5280 4.2.1.8",
        ),
    ] {
        if lint
            .extension(&oid)
            .is_some_and(|extension| extension.critical)
        {
            lint.must(code, format!("its extension {what} is critical"), reference);
        }
    }
    for (oid, code, what, reference) in [
        (
            QC_STATEMENTS,
            "cabf.smime.qc_statements_extension_critical",
            "qcStatements",
            "SMBR 7.1.2.3 (k)",
        ),
        (
            LEI,
            "cabf.smime.lei_extension_critical",
            "Legal Entity Identifier",
            "SMBR 7.1.2.3 (l)",
        ),
        (
            LEI_ROLE,
            "cabf.smime.lei_role_extension_critical",
            "role in a legal entity",
            "SMBR 7.1.2.3 (l)",
        ),
        (
            ADOBE_TIME_STAMP,
            "cabf.smime.adobe_timestamp_extension_critical",
            "Adobe's time stamp service",
            "SMBR 7.1.2.3 (m)",
        ),
        (
            ADOBE_ARCHIVE,
            "cabf.smime.adobe_archive_revinfo_extension_critical",
            "Adobe's ArchiveRevInfo",
            "SMBR 7.1.2.3 (m)",
        ),
    ] {
        if lint
            .extension(&oid)
            .is_some_and(|extension| extension.critical)
        {
            lint.baseline(code, format!("its extension {what} is critical"), reference);
        }
    }
}
