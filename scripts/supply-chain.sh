#!/usr/bin/env bash
# Checks the dependency tree against deny.toml and .cargo/audit.toml. Needs cargo-deny, and for the advisories the
# database (network): cargo install --locked cargo-deny cargo-audit
# Options: --offline, leave the advisories out.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
cargo deny --version
cargo deny --locked check bans licenses sources
if [[ "${1:-}" == --offline ]]; then
    echo "SKIPPED: advisories need the database of advisories"
    exit
fi
cargo deny --locked check advisories
cargo audit --version
for lock in Cargo.lock fuzz/Cargo.lock scripts/mutants/Cargo.lock benches/compare/Cargo.lock; do
    cargo audit --file "$lock"
done
