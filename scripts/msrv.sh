#!/usr/bin/env bash
# Checks that the crate builds with the oldest Rust that Cargo.toml claims (rust-version), and with the committed
# Cargo.lock. Needs that toolchain: rustup toolchain install VERSION --profile minimal.
# The gate's clippy (incompatible_msrv) finds newer parts of the standard library without it, but no newer syntax and
# nothing in dependencies.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
version="$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)"
echo "rust-version = $version"
cargo "+$version" --version
cargo "+$version" check --locked --all-features --lib --bins --examples
cargo "+$version" check --locked --no-default-features --lib
