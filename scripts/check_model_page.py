#!/usr/bin/python3
"""Fails when docs/model.md leaves out a parameter of the evidence or a purpose of a draw, or names one that does not exist."""
import pathlib
import re
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent


def main():
    page = (ROOT / "docs/model.md").read_text()
    evidence = tomllib.loads((ROOT / "scenarios/evidence/sceptical.toml").read_text())
    parameters = list(evidence["parameter"])
    families = {name.split(".")[0] for name in parameters}
    tokens = [token for token in re.findall(r"`([a-z0-9_.*]+)`", page) if "." in token and token.split(".")[0] in families]
    patterns = {token: re.compile(re.escape(token).replace(r"\*", r"[^.]+")) for token in tokens}
    problems = [f"docs/model.md does not name the parameter {name}" for name in parameters if not any(p.fullmatch(name) for p in patterns.values())]
    problems += [f"docs/model.md names {token}, which is no parameter" for token, pattern in patterns.items()
                 if not any(pattern.fullmatch(name) for name in parameters)]
    enum = (ROOT / "engine/random/address.hpp").read_text()
    enum = enum[enum.index("enum class Purpose"):]
    purposes = re.findall(r"^\s*(\w+) = (\d+),", enum[:enum.index("};")], re.MULTILINE)
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \|", page, re.MULTILINE)
    problems += [f"docs/model.md does not list the purpose {name} = {number}" for name, number in purposes if (name, number) not in rows]
    problems += [f"docs/model.md lists {name} = {number}, which is no purpose" for name, number in rows if (name, number) not in purposes]
    if len(parameters) < 100 or len(purposes) < 10:
        problems.append("the evidence or the purposes could not be read")
    print("\n".join(problems) or f"docs/model.md names all {len(parameters)} parameters and {len(purposes)} purposes")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
