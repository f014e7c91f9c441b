#!/usr/bin/env bash
# Checks whether the crate still builds with the newest versions its Cargo.toml allows: a copy of the tree
# without Cargo.lock. Exit status 0 if it does.
# Variables: FRESH_LOCK_SECONDS, the time limit (default 600).
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
here="$PWD"
limit="${FRESH_LOCK_SECONDS:-600}"
copy="$(mktemp -d)"
trap 'rm -rf "$copy"' EXIT

tar --exclude=./target --exclude=./.git --exclude=./Cargo.lock -cf - . | tar -xf - -C "$copy"
# Most packages are the same: with the same target folder they are not built again.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$here/target}"
cd "$copy"
timeout "$limit" cargo generate-lockfile

packages() {
    awk '/^name = / { name = $3 } /^version = / { print name, $3 }' "$1" | tr -d '"' | sort
}
echo "packages that differ (< committed, > fresh):"
diff <(packages "$here/Cargo.lock") <(packages Cargo.lock) | grep '^[<>]' || echo "none"
timeout "$limit" cargo check --all-features
