#!/usr/bin/env python3
"""Compares the public face of the library with docs/public-api.txt, so that a change of it shows in review.

Without options: exit status 1 and the difference when they differ. With --write: writes the file.

One line for each item that users can name, with its signature as the source has it. What exists comes from rustdoc's
JSON, which is not stable; rustdoc alone is told to give it, so that nothing is built again. Whether a change breaks
users is for scripts/semver.sh to say.
"""

import difflib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIST = ROOT / "docs/public-api.txt"


def documented():
    """The crate as rustdoc sees it."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    with tempfile.TemporaryDirectory() as folder:
        rustdoc = pathlib.Path(folder) / "rustdoc"
        rustdoc.write_text('#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc "$@"\n')
        rustdoc.chmod(0o755)
        command = ["cargo", "rustdoc", "--quiet", "--locked", "--lib", "--all-features"]
        command += ["--", "-Z", "unstable-options", "--output-format", "json"]
        subprocess.run(command, cwd=ROOT, env={**os.environ, "RUSTDOC": str(rustdoc)}, check=True)
    return json.loads((target / "doc/smime.json").read_text())


class Face:
    def __init__(self, crate):
        self.index = crate["index"]
        self.lines = set()
        self.seen = set()
        self.reexports = []
        self.module("smime", self.item(crate["root"]))
        for path, item in self.reexports:
            self.named(path, item)

    def item(self, id):
        return self.index.get(str(id))

    def source(self, item):
        """The text of an item without documentation, attributes and comments, on one line."""
        span = item["span"]
        lines = (ROOT / span["filename"]).read_text().split("\n")[span["begin"][0] - 1 : span["end"][0]]
        lines = [re.sub(r"(^|\s)//.*", "", line).strip() for line in lines]
        lines = [line for line in lines if not line.startswith("#[")]
        text = re.sub(r"\s+", " ", " ".join(lines)).strip()
        text = re.sub(r",? ?([)\]])", r"\1", re.sub(r"([(\[]) ", r"\1", text))
        return re.sub(r", }", " }", text)

    def say(self, path, what, item=None):
        attributes = json.dumps(item["attrs"]) if item else ""
        marks = [mark for mark in ("non_exhaustive", "must_use") if mark in attributes]
        self.lines.add(" ".join([f"{path}:"] + [f"#[{mark}]" for mark in marks] + [what]))

    def module(self, path, item):
        for child in map(self.item, item["inner"]["module"]["items"]):
            if child is None or child["visibility"] != "public":
                continue
            if "use" in child["inner"]:
                self.use(path, child["inner"]["use"])
            else:
                self.named(f"{path}::{child['name']}", child)

    def use(self, path, use):
        self.say(f"{path}::{use['name']}", f"pub use {use['source']}")
        target = self.item(use["id"]) if use["id"] is not None else None
        if target is not None and target["crate_id"] == 0:
            self.reexports.append((f"{path}::{use['name']}", target))

    def named(self, path, item):
        if item["id"] in self.seen:
            return
        self.seen.add(item["id"])
        kind, inner = next(iter(item["inner"].items()))
        if kind == "module":
            self.say(path, "pub mod")
            self.module(path, item)
            return
        text = self.source(item)
        ends = {"function": "{", "trait": "{", "struct": "{(;", "enum": "{", "union": "{"}.get(kind, "")
        self.say(path, re.split(f"[{re.escape(ends)}]", text)[0].strip() if ends else text.rstrip(",;"), item)
        if kind == "struct":
            shape = inner["kind"]
            fields = shape.get("plain", {}).get("fields") or shape.get("tuple") or [] if isinstance(shape, dict) else []
            for field in filter(None, map(self.item, filter(None, fields))):
                if field["visibility"] == "public":
                    self.say(f"{path}.{field['name']}", self.source(field).rstrip(","), field)
        for id in inner.get("variants", []) if kind == "enum" else []:
            variant = self.item(id)
            self.say(f"{path}::{variant['name']}", self.source(variant).rstrip(","), variant)
        for id in inner.get("items", []) if kind == "trait" else []:
            self.named(f"{path}::{self.item(id)['name']}", self.item(id))
        for id in inner.get("impls", []):
            self.implementation(path, self.item(id))

    def implementation(self, path, item):
        if item is None:
            return
        inner = item["inner"]["impl"]
        if inner["is_synthetic"] or inner["blanket_impl"]:
            return
        trait = inner["trait"]
        if trait is not None:
            text = self.source(item) if item["span"] else ""
            derived = not text.startswith(("impl", "unsafe impl"))
            name = trait.get("path") or trait.get("name")
            self.say(path, f"derive {name.split('::')[-1]}" if derived else text.split("{")[0].strip())
            return
        for child in map(self.item, inner["items"]):
            if child is not None and child["visibility"] == "public":
                self.named(f"{path}::{child['name']}", child)


def main():
    found = "".join(f"{line}\n" for line in sorted(Face(documented()).lines))
    if "--write" in sys.argv[1:]:
        LIST.write_text(found)
    known = LIST.read_text() if LIST.exists() else ""
    difference = difflib.unified_diff(known.splitlines(), found.splitlines(), "docs/public-api.txt", "the source", lineterm="", n=0)
    difference = list(difference)
    if difference:
        print("\n".join(difference))
        print("The public face changed. If that is meant: scripts/public-api.py --write", file=sys.stderr)
        return 1
    print(f"the public face is that of docs/public-api.txt: {len(found.splitlines())} lines")
    return 0


sys.exit(main())
