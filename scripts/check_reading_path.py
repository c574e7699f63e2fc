#!/usr/bin/python3
"""Fails when docs/index.md, "The path of a run", and the code do not say the same: each function stands in the file that the page names, one
calls the next, `run_study` is the first of its file and short, and no other function of the program has a name of the path."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LONGEST_STORY = 25  # lines of run_study
INTERFACES = {"simulate_block", "deliver"}  # of every question


def body(text, name):
    """The definition of a function from its name to the closing brace at the start of a line."""
    found = re.search(rf"^[^\s#/}}].*\b{re.escape(name)}\([^;]*?\) ?(?:const )?{{\n(.*?)^}}", text, re.MULTILINE | re.DOTALL)
    return found and found.group(1)


def definitions(name):
    """Functions of that name which are defined at the start of a line, with the class that they belong to."""
    pattern = re.compile(rf"^[^\s#/}}][^\n(]*?\b((?:\w+::)*){name}\([^;{{]*?\) ?(?:const )?{{", re.MULTILINE)
    return [(path, found.group(1)) for folder in ("engine", "io") for path in (ROOT / folder).rglob("*.cpp")
            for found in pattern.finditer(path.read_text())]


def main():
    page = (ROOT / "docs/index.md").read_text()
    section = page[page.index("## The path of a run"):]
    section = section[:section.index("\n## ", 1)]
    rows = re.findall(r"^\| `([\w:]+)` \| `([\w/.]+)` \| (?:`([\w:, `]+)`)? *\|", section, re.MULTILINE)
    problems = [] if len(rows) >= 10 else ["docs/index.md has no table of the path"]
    for name, file, calls in rows:
        text = (ROOT / file).read_text() if (ROOT / file).exists() else ""
        story = body(text, name)
        if story is None:
            problems.append(f"docs/index.md: {name} is not defined in {file}")
            continue
        for next_name in re.split(r"[`, ]+", calls):
            if next_name and not re.search(rf"\b{re.escape(next_name.split('::')[-1])}\b", story):
                problems.append(f"docs/index.md: {name} does not call {next_name}")
        verb = name.split("::")[-1]
        others = [f"{owner}{verb} in {path.relative_to(ROOT)}" for path, owner in definitions(verb) if f"{owner}{verb}" != name]
        if verb not in INTERFACES and others:
            problems.append(f"{name} shares its name with {', '.join(others)}")
    story = (ROOT / "io/cli/run_study.cpp").read_text()
    first = re.search(r"^[^\s#/}][^\n]*\b(\w+)\([^;]*?{$", story, re.MULTILINE)
    if not first or first.group(1) != "run_study":
        problems.append("io/cli/run_study.cpp does not begin with run_study")
    elif (lines := body(story, "run_study").count("\n")) > LONGEST_STORY:
        problems.append(f"run_study has {lines} lines, more than {LONGEST_STORY}: it tells more than the story")
    print("\n".join(problems) or f"docs/index.md describes the path of a run in {len(rows)} functions")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
