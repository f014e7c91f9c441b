#!/usr/bin/env bash
# The fuzz targets of fuzz/. The package is no part of the normal build.
#
#   scripts/fuzz.sh smoke                  every target over its committed seeds: stable toolchain, no fuzzer
#   scripts/fuzz.sh mutate TARGET [SECONDS [SEED]]   seeds changed by chance: stable toolchain, no fuzzer
#   scripts/fuzz.sh build                  the targets for libFuzzer
#   scripts/fuzz.sh run TARGET [SECONDS]   one target (default 60 s)
#   scripts/fuzz.sh long [SECONDS]         all targets, one after the other (default 900 s each)
#   scripts/fuzz.sh merge TARGET           the corpus cut down to what reaches something of its own
#   scripts/fuzz.sh coverage TARGET        lines reached by corpus and seeds, by file (needs llvm-tools)
#   scripts/fuzz.sh seeds                  the committed seeds made anew (needs openssl; SMIME_CORPORA adds to them)
#   scripts/fuzz.sh list                   the names of the targets
#
# All but smoke, mutate, seeds and list need a nightly toolchain with cargo-fuzz. There is no sanitizer: this crate and what it parses with forbid
# unsafe code, and without one a target runs several times faster. SANITIZER=address switches one on.
# Found inputs are kept in fuzz/corpus, failures in fuzz/artifacts, logs in fuzz/artifacts/TARGET.log.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
sanitizer="${SANITIZER:-none}"
triple="$(rustc -vV | sed -n 's/^host: //p')"
target_dir="${CARGO_TARGET_DIR:-$PWD/fuzz/target}"
bins="$target_dir/$triple/release"
declare -A dictionary=(
    [asn1]=der [certificate]=der [path]=der [pkcs12]=der [cms_open]=mail [faces]=mail [round_trip]=mail
    [mime]=mail [header]=mail [smtp_reply]=smtp
)
targets=(faces cms_open mime asn1 header round_trip path certificate pkcs12 smtp_reply)

# On the stable toolchain, in a folder of its own: the flag makes all that is compiled another thing.
stable() {
    RUSTFLAGS="--cfg fuzzing" CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/fuzz/target}/smoke" \
        cargo run --quiet --locked --manifest-path fuzz/Cargo.toml --features tools --bin "$@"
}

build() {
    cargo +nightly fuzz build --sanitizer "$sanitizer" --features libfuzzer
}

known() {
    [[ -n "${dictionary[${1:-}]:-}" ]] || { echo "no such target: ${1:-}; there are: ${targets[*]}" >&2; exit 1; }
}

# Inputs from the corpora, with the bytes that each target wants before them.
corpora() {
    local given="$target_dir/given"
    [[ -n "${SMIME_CORPORA:-}" ]] || return 0
    [[ -d "$given/$1" ]] || stable seeds -- corpora "$SMIME_CORPORA" "$given" >&2
    echo "$given/$1"
}

# fuzz TARGET SECONDS: one line at the end.
fuzz() {
    local name="$1" seconds="$2" log="fuzz/artifacts/$1.log" given status=0
    given="$(corpora "$name")"
    mkdir -p "fuzz/corpus/$name" "fuzz/artifacts/$name"
    "$bins/$name" "fuzz/corpus/$name" "fuzz/seeds/$name" ${given:+"$given"} \
        -dict="fuzz/dictionaries/${dictionary[$name]}.dict" -artifact_prefix="fuzz/artifacts/$name/" \
        -max_total_time="$seconds" -max_len=16384 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -use_value_profile=0 >"$log" 2>&1 || status=$?
    summary "$name" "$status"
    return "$status"
}

summary() {
    local log="fuzz/artifacts/$1.log" executed rate reached
    executed="$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
    rate="$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")"
    reached="$(grep -oE 'cov: [0-9]+ ft: [0-9]+' "$log" | tail -n 1 || true)"
    printf '%-12s %12s executions %8s exec/s  %s%s\n' "$1" "${executed:-?}" "${rate:-?}" "${reached:-no coverage}" \
        "$( (($2)) && echo "  FAILED: $(grep -m 1 -E 'panicked|ERROR: libFuzzer' "$log" || true)")"
}

case "${1:-}" in
smoke)
    time stable smoke -- "${@:2}"
    ;;
mutate)
    known "${2:-}"
    stable mutate -- "$2" "${3:-60}" "${4:-1}"
    ;;
build)
    build
    ;;
run)
    known "${2:-}"
    build
    fuzz "$2" "${3:-60}"
    ;;
long)
    build
    failed=0
    for name in "${targets[@]}"; do
        fuzz "$name" "${2:-900}" || failed=1
    done
    exit "$failed"
    ;;
merge)
    known "${2:-}"
    build
    mkdir -p "fuzz/corpus/$2-merged"
    "$bins/$2" -merge=1 "fuzz/corpus/$2-merged" "fuzz/corpus/$2" "fuzz/seeds/$2"
    rm -r "fuzz/corpus/$2"
    mv "fuzz/corpus/$2-merged" "fuzz/corpus/$2"
    ;;
coverage)
    known "${2:-}"
    tools="$(dirname "$(find "$(rustc +nightly --print sysroot)" -name llvm-cov -print -quit)")"
    [[ -x "$tools/llvm-cov" ]] || { echo "rustup +nightly component add llvm-tools" >&2; exit 1; }
    cargo +nightly fuzz coverage --sanitizer "$sanitizer" --features libfuzzer "$2"
    "$tools/llvm-cov" report "$target_dir/$triple/coverage/$triple/release/$2" \
        -instr-profile="fuzz/coverage/$2/coverage.profdata" -ignore-filename-regex='/registry/|/rustc/'
    ;;
seeds)
    stable seeds -- committed fuzz/seeds
    ;;
list)
    printf '%s\n' "${targets[@]}"
    ;;
*)
    sed -n '2,/^set -e/p' "${BASH_SOURCE[0]}" | sed -n 's/^# \{0,1\}//p' >&2
    exit 1
    ;;
esac
