"""Names for mutants that outlive edits of the source: they do not say line and column.

    names.py name  <LIST.json     what `cargo mutants --list --json` says, each with a "key": the file, the change and,
                                  where a file has several equal ones, which of them
    names.py draw LIST SEED       all keys, shuffled
    names.py find LIST SAMPLE OUT the keys of the sample that still are there; OUT gets the others
    names.py only LIST REGEX      reads keys, and gives the arguments that make cargo-mutants take those that match
"""

import collections
import json
import random
import re
import sys


def name(mutants):
    def place(mutant):
        start = mutant["span"]["start"]
        return mutant["file"], start["line"], start["column"]

    count = collections.Counter()
    for mutant in sorted(mutants, key=place):
        key = re.sub(r"^([^:]+):\d+:\d+: ", r"\1: ", mutant["name"])
        count[key] += 1
        mutant["key"] = key if count[key] == 1 else f"{key} [{count[key]}]"
    return mutants


def main(command, *arguments):
    if command == "name":
        json.dump(name(json.load(sys.stdin)), sys.stdout)
        return
    with open(arguments[0], encoding="utf-8") as file:
        by_key = {mutant["key"]: mutant["name"] for mutant in json.load(file)}
    if command == "draw":
        keys = sorted(by_key)
        random.Random(int(arguments[1])).shuffle(keys)
        print("\n".join(keys))
    elif command == "find":
        with open(arguments[1], encoding="utf-8") as file:
            sample = [line for line in file.read().splitlines() if not line.startswith("#")]
        with open(arguments[2], "w", encoding="utf-8") as gone:
            for key in sample:
                print(key, file=sys.stdout if key in by_key else gone)
    else:
        names = [by_key[key] for key in sys.stdin.read().splitlines() if re.search(arguments[1], key)]
        print("--re", "^(" + "|".join(re.escape(name) for name in names) + ")$", sep="\n")
        # To cargo-mutants 27.1 a deleted field matches every expression: other files have to be left out.
        for file in sorted({name.split(":")[0] for name in names}):
            print("-f", file, sep="\n")


main(*sys.argv[1:])
