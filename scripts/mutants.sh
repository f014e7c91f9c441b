#!/usr/bin/env bash
# Mutation testing of the layers that decide. The sample, scripts/mutants/sample.txt, is SIZE mutants that compile (400),
# drawn with SEED (1) from what cargo-mutants lists. It needs cargo-mutants, Python 3 and, for all tests, SMIME_CORPORA.
#
#   scripts/mutants.sh            builds the sample into one copy of the tree, each mutant behind a switch, runs the
#                                 tests for each, and prints the table. JOBS at a time (2). Called again, it goes on.
#   scripts/mutants.sh again      after new tests: builds anew, and runs what survived and what is new.
#   scripts/mutants.sh draw       draws another sample, and writes the file.
#   scripts/mutants.sh straight   gives the sample to cargo-mutants itself: one build for each mutant.
#   scripts/mutants.sh straight REGEX [ARGUMENTS]   only those whose lines in the file match, with all tests or with
#                                 those that these arguments of cargo test choose: to see that both say the same.
#
# Everything is written to OUT (target/mutants): results.tsv has a line for each mutant, with the test that caught it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seed="${SEED:-1}"
size="${SIZE:-400}"
jobs="${JOBS:-2}"
sample="scripts/mutants/sample.txt"
mkdir -p "${OUT:-target/mutants}"
out="$(cd "${OUT:-target/mutants}" && pwd)"
where=()
for module in asn1 cms open cert/path resolver submit; do
    where+=(-f "src/$module.rs" -f "src/$module/**")
done
tests=(--lib)
for test in attacks open protect submit loading corpora hierarchies interop cli online store outbox; do
    tests+=(--test "$test")
done

names() {
    python3 scripts/mutants/names.py "$@"
}

list() {
    cargo mutants --list --json --all-features "${where[@]}" | names name >"$out/list.json"
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
        --size "$1" --tree . --copy "$out/tree" --out "$out" -- --all-features "${tests[@]}" \
        --config 'profile.dev.package.smime.opt-level=1' --config 'profile.dev.package.smime.debug=false'
}

build_sample() {
    list
    names find "$out/list.json" "$sample" "$out/gone.txt" >"$out/order.txt"
    build "$(wc -l <"$out/order.txt")"
}

# A mutant may ask for all the memory there is.
run() {
    (
        ulimit -v 8388608
        tool run --out "$out" --jobs "$jobs" "$@"
    )
    tool table --out "$out"
    if [[ -s "$out/gone.txt" ]]; then
        echo $'\nno longer in the source:'
        cat "$out/gone.txt"
    fi
}

case "${1:-}" in
"")
    [[ -f "$out/binaries.tsv" ]] || build_sample
    run
    ;;
again)
    build_sample
    run --again
    ;;
draw)
    list
    names draw "$out/list.json" "$seed" >"$out/order.txt"
    build "$size"
    {
        echo "# $size of $(wc -l <"$out/order.txt") mutants, drawn with seed $seed, in the order that was drawn."
        echo "# Left out: $(grep -c $'\tunviable' "$out/plan.tsv" || true) that do not compile, and" \
            "$(grep -c $'\tno switch' "$out/plan.tsv" || true) that cannot stand behind a switch."
        grep $'\tviable\t' "$out/plan.tsv" | cut -f 3
    } >"$sample"
    : >"$out/gone.txt"
    ;;
straight)
    shift
    list
    mapfile -t only < <(grep -v '^#' "$sample" | names only "$out/list.json" "${1:-.}")
    ((${#only[@]})) || { echo "no mutant of the sample matches" >&2; exit 1; }
    if (($# > 1)); then
        tests=("${@:2}")
    fi
    # Also for the build: else it builds every test there is.
    cargo mutants --in-place --all-features -o "$out/straight" "${only[@]}" "${tests[@]/#/--cargo-arg=}"
    ;;
*)
    echo "no such step: $1" >&2
    exit 1
    ;;
esac
