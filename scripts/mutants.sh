#!/usr/bin/env bash
# Mutation testing of the layers that decide: SIZE mutants that compile (400), drawn with SEED (1) from what
# cargo-mutants lists. It needs cargo-mutants, Python 3 and, for all tests, SMIME_CORPORA.
#
#   scripts/mutants.sh            builds the sample into one copy of the tree, each mutant behind a switch, runs the
#                                 tests for each, and prints the table. JOBS at a time (2). Called again, it goes on.
#   scripts/mutants.sh again      after new tests: builds anew, and runs what survived.
#   scripts/mutants.sh straight   gives the same sample to cargo-mutants itself: one build for each mutant.
#   scripts/mutants.sh straight REGEX   only those whose names match: to see that both say the same.
#
# Everything is written to OUT (target/mutants): results.tsv has a line for each mutant, with the test that caught it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seed="${SEED:-1}"
size="${SIZE:-400}"
jobs="${JOBS:-2}"
mkdir -p "${OUT:-target/mutants}"
out="$(cd "${OUT:-target/mutants}" && pwd)"
where=()
for module in asn1 cms open cert/path resolver submit; do
    where+=(-f "src/$module.rs" -f "src/$module/**")
done
tests=(--lib)
for test in attacks open protect submit loading corpora hierarchies interop cli online store; do
    tests+=(--test "$test")
done

# All mutants, and their names in the order that the seed gives.
list() {
    cargo mutants --list --json --all-features "${where[@]}" >"$out/list.json"
    python3 -c '
import json, random, sys
names = sorted(mutant["name"] for mutant in json.load(open(sys.argv[2])))
random.Random(int(sys.argv[1])).shuffle(names)
print("\n".join(names))' "$seed" "$out/list.json" >"$out/order.txt"
}

tool() {
    cargo run --quiet --manifest-path scripts/mutants/Cargo.toml --target-dir "$out/tool" -- "$@"
}

# One build, with the crate optimised: the tests run hundreds of times.
build() {
    mkdir -p "$out/tree"
    tar --exclude=./target --exclude=./.git --exclude=./scripts --exclude=./src -cf - . | tar -xf - -C "$out/tree"
    rm -rf "$out/tree/src"
    cp -R src "$out/tree/src"
    rm -f "$out/times.tsv"
    CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$out/build}" tool build --list "$out/list.json" --order "$out/order.txt" \
        --size "$size" --tree . --copy "$out/tree" --out "$out" -- --all-features "${tests[@]}" \
        --config 'profile.dev.package.smime.opt-level=1' --config 'profile.dev.package.smime.debug=false'
}

# A mutant may ask for all the memory there is.
run() {
    (
        ulimit -v 8388608
        tool run --out "$out" --jobs "$jobs" "$@"
    )
    tool table --out "$out"
}

# Names as a regular expression that means just them.
exactly() {
    python3 -c '
import re, sys
print("^(" + "|".join(re.escape(line) for line in sys.stdin.read().splitlines()) + ")$")'
}

case "${1:-}" in
"")
    if [[ ! -f "$out/binaries.tsv" ]]; then
        list
        build
    fi
    run
    ;;
again)
    cp "$out/order.txt" "$out/order.old"
    list
    cmp -s "$out/order.txt" "$out/order.old" || {
        echo "the source has other mutants now: remove $out and begin again" >&2
        exit 1
    }
    build
    run --again
    ;;
straight)
    [[ -f "$out/plan.tsv" ]] || { echo "run scripts/mutants.sh first: it draws the sample" >&2; exit 1; }
    names="$(cut -f 3 "$out/plan.tsv" | grep -E -- "${2:-.}" | exactly)"
    cargo mutants --in-place --all-features --no-shuffle -o "$out/straight" --re "$names" "${where[@]}" -- "${tests[@]}"
    ;;
*)
    echo "no such step: $1" >&2
    exit 1
    ;;
esac
