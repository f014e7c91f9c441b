#!/usr/bin/env bash
# Checks that the crate builds without warnings, of the compiler and of clippy, with every set of its features.
# Sets that mean the same, because a feature switches others on, are built once.
# Options: --each, each feature alone instead of every set; --all-targets, tests, examples and benches as well as
# library and tool; --list, say which sets there are and build nothing.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
each=false
list=false
targets=(--lib --bins)
for option in "$@"; do
    case "$option" in
        --each) each=true ;;
        --list) list=true ;;
        --all-targets) targets=(--all-targets) ;;
        *) sed -n '2,5s/^# //p' "$0" >&2; exit 2 ;;
    esac
done

# One line for each feature but `default`: its name, then the features it switches on.
features="$(awk '
    /^\[/ { inside = ($0 == "[features]"); next }
    !inside || /^#/ { next }
    /^[a-z]/ { name = $1 }
    { line = $0; sub(/^[a-z0-9_-]+ = /, "", line); of[name] = of[name] " " line }
    END { for (name in of) {
              words = of[name]; gsub(/[][,"]/, " ", words); out = name
              count = split(words, word, " ")
              for (i = 1; i <= count; i++) if (word[i] in of) out = out " " word[i]
              if (name != "default") print out } }' Cargo.toml | sort)"
declare -A bit=() implied=()
names=()
while read -r name _; do
    bit[$name]=$((1 << ${#names[@]}))
    names+=("$name")
done <<<"$features"
while read -r name others; do
    implied[$name]=0
    for other in $others; do implied[$name]=$((implied[$name] | bit[$other])); done
done <<<"$features"

# A set is built if it holds all that its members switch on.
sets=()
for ((set = 0; set < 1 << ${#names[@]}; set++)); do
    chosen=()
    whole=true
    for name in "${names[@]}"; do
        ((set & bit[$name])) || continue
        chosen+=("$name")
        (((set & implied[$name]) == implied[$name])) || whole=false
    done
    if $whole; then sets+=("$(IFS=, && echo "${chosen[*]}")"); fi
done
if $each; then sets=("${names[@]}"); fi

number=0
for set in "${sets[@]}"; do
    number=$((number + 1))
    echo "$number/${#sets[@]}: ${set:-no feature}"
    $list || cargo clippy --quiet --locked --no-default-features --features "$set" "${targets[@]}" -- -D warnings
done
