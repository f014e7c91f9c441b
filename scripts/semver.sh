#!/usr/bin/env bash
# Says whether the public face changed in a way that asks for a new major (before 1.0: minor) version, since a git
# revision: scripts/semver.sh [REVISION], without one the newest version tag. Needs cargo-semver-checks
# (cargo install --locked cargo-semver-checks) of an age that knows this toolchain's rustdoc, and the registry.
# An alpha may break everything: then this is the list of what CHANGELOG.md has to say.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
revision="${1:-$(git tag --list 'v*' --sort=-version:refname | head -n 1)}"
if [[ -z "$revision" ]]; then
    echo "there is no version tag to compare with: name a revision" >&2
    exit 2
fi
cargo semver-checks --version
cargo semver-checks --baseline-rev "$revision" --all-features
