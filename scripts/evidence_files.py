"""Evidence files as plain Python: what a file says, with what it keeps of its base. Shares no code with the program.

    load(path)    {"name": ..., "parameter": {...}, "joint": [...]}, complete in itself
"""
import pathlib
import re
import tomllib


def pattern(text):
    return re.compile(re.escape(text).replace(r"\*", r"[^.]+"))


def load(path):
    path = pathlib.Path(path)
    data = tomllib.loads(path.read_text())
    if "base" not in data:
        return data
    base = load(path.parent / f"{data.pop('base')}.toml")
    merged = {**base, **data}
    merged["parameter"] = {**base["parameter"], **data.get("parameter", {})}
    for remark in merged.pop("remark", []):
        for name in merged["parameter"]:
            if any(pattern(text).fullmatch(name) for text in remark["parameters"]):
                entry = dict(merged["parameter"][name])
                entry["source"] += remark.get("source", "")
                merged["parameter"][name] = entry
    return merged
