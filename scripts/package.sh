#!/usr/bin/env bash
# Checks what would be published: that it holds what it should and nothing else, and builds by itself.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
here="$PWD"
copy="$(mktemp -d)"
trap 'rm -rf "$copy"' EXIT

list="$(cargo package --quiet --locked --allow-dirty --list)"
for file in Cargo.toml Cargo.lock README.md CHANGELOG.md SECURITY.md LICENSE-APACHE LICENSE-MIT src/lib.rs src/bin/smime.rs; do
    grep -qxF "$file" <<<"$list" || { echo "the package lacks $file" >&2; exit 1; }
done
# Test data, build output, keys and the like have other names or places.
expected='Cargo\.toml(\.orig)?|Cargo\.lock|\.cargo_vcs_info\.json|LICENSE-(APACHE|MIT)|(README|CHANGELOG|SECURITY)\.md'
expected+='|docs/[A-Za-z-]+\.(md|svg|txt)|(src|tests|benches|examples)/[a-z0-9_/]+\.rs|src/cms/verify/tests/openssl/[a-z0-9_]+\.pem'
if unexpected="$(grep -vxE "$expected" <<<"$list")"; then
    printf 'the package should not hold:\n%s\n' "$unexpected" >&2
    exit 1
fi

export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$here/target}"
cargo package --locked --allow-dirty --no-verify --quiet
file="$(ls -t "$CARGO_TARGET_DIR"/package/smime-*.crate | head -n 1)"
size="$(stat -c %s "$file")"
# The registry takes ten times as much; what is this much larger than today holds something it should not.
((size < 2 << 20)) || { echo "the package has $size bytes" >&2; exit 1; }
tar -xzf "$file" -C "$copy"
cd "$copy"/smime-*
cargo check --locked --all-features --lib --bins
echo "the package holds $(wc -l <<<"$list") files in $size bytes, and builds"
