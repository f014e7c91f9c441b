#!/usr/bin/env bash
# Checks the lower bounds in Cargo.toml: a copy of the tree whose direct dependencies have the oldest versions it
# allows must build and pass the unit tests. Exit status 0 if it does. Needs a nightly toolchain, and the registry.
# Options: what to run instead of the tests, such as: scripts/minimal-versions.sh cargo check --all-features
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
here="$PWD"
(($#)) || set -- cargo test --locked --all-features --lib
copy="$(mktemp -d)"
trap 'rm -rf "$copy"' EXIT

tar --exclude=./target --exclude=./.git --exclude=./Cargo.lock -cf - . | tar -xf - -C "$copy"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$here/target}"
cd "$copy"
cargo +nightly generate-lockfile -Z direct-minimal-versions

packages() {
    awk '/^name = / { name = $3 } /^version = / { print name, $3 }' "$1" | tr -d '"' | sort
}
echo "packages that differ (< committed, > oldest):"
diff <(packages "$here/Cargo.lock") <(packages Cargo.lock) | grep '^[<>]' || echo "none"
echo "+ $*"
"$@"
