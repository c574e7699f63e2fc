#!/usr/bin/python3
"""Fails when a folder of the engine includes what lies above it, or the engine touches files, a terminal or a file format.

docs/index.md draws the layers. A folder may include those of a lower layer, and itself.
"""
import pathlib
import re
import sys

LAYERS = [["numeric"], ["random"], ["study"], ["evidence"], ["patient"], ["development"], ["therapy"], ["outcome"], ["analysis", "data_model"],
          ["cohort", "trial"], ["replication"], ["policy"], ["sensitivity"], ["run"]]
FORBIDDEN = re.compile(r"hdf5|H5\w*\.h|toml|CLI/|CLI11|nlohmann|spdlog|^filesystem$|^iostream$|^fstream$|^cstdio$|^stdio\.h$|^unistd\.h$|^print$|^syncstream$")
# Which folder or file of io may see a library of the outside world: the rest goes through it.
OWNERS = {"hdf5": "io/results", "H5": "io/results", "toml++": "io/study", "CLI/": "io/cli/command_line.cpp", "mpi.h": "io/mpi"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def problems_of(root):
    rank = {folder: position for position, layer in enumerate(LAYERS) for folder in layer}
    sources = [path for top in ("engine", "io") for path in sorted((root / top).rglob("*")) if path.suffix in (".hpp", ".cpp", ".h", ".in")]
    for path in sources:
        relative = path.relative_to(root)
        top, folder = relative.parts[0], relative.parts[1]
        for match in INCLUDE.finditer(path.read_text()):
            name = match.group(2)
            place = f"{relative}:{path.read_text()[:match.start(2)].count(chr(10)) + 1}"
            if top == "io":
                for mark, owner in OWNERS.items():
                    if name.startswith(mark) and not f"{relative}/".startswith(owner + "/"):
                        yield f"{place}: {name} belongs to {owner} alone"
                continue
            if folder not in rank:
                yield f"{place}: engine/{folder} has no place in the layers; give it one in scripts/check_layers.py and docs/index.md"
                break
            if match.group(1) == "<" and FORBIDDEN.search(name):
                yield f"{place}: the engine knows no file, terminal or file format, but includes <{name}>"
            parts = name.split("/")
            if match.group(1) == '"' and parts[0] != "engine":
                yield f"{place}: the engine includes only itself and libraries, not \"{name}\""
            elif parts[0] == "engine" and parts[1] != folder and rank.get(parts[1], len(LAYERS)) >= rank[folder]:
                yield f"{place}: engine/{folder} includes engine/{parts[1]}, which does not lie below it"
            if "/detail/" in name and not name.startswith(f"engine/{folder}/"):
                yield f"{place}: {name} is a detail of another folder"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    problems = list(problems_of(root))
    if not (root / "engine/run").is_dir():
        problems.append(f"{root} has no engine")
    print("\n".join(problems) or "layers: every include points downward")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
