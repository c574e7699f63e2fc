"""Reads a result with h5py: its values, its layout, its digest from the published definition, and after a rewriting of storage."""
import hashlib
import math
import pathlib
import struct
import subprocess
import sys
import tempfile

import h5py
import numpy


def text(value):
    raw = value if isinstance(value, bytes) else value.encode()
    return struct.pack("<Q", len(raw)) + raw


def type_and_bytes(values):
    values = numpy.asarray(values)
    kind = values.dtype.kind
    if kind == "S":
        return "text", b"".join(text(bytes(value)) for value in values.reshape(-1))
    if kind == "f":
        canonical = values.astype("<f8").reshape(-1).copy()
        bits = canonical.view("<u8")
        bits[numpy.isnan(canonical)] = 0x7FF8000000000000
        return "float64", bits.tobytes()
    if kind == "u":
        return "uint8", values.astype("u1").tobytes()
    return "int64", values.astype("<i8").tobytes()


def digest_of_object(path, item):
    digest = hashlib.sha256()
    if isinstance(item, h5py.Group):
        digest.update(text("group") + struct.pack("<Q", 0))
    else:
        name, raw = type_and_bytes(item[:])
        digest.update(text(name) + struct.pack("<QQ", 1, item.shape[0]) + raw)
    for name in sorted(item.attrs, key=str.encode):
        if path == "/" and name == "content_digest":
            continue
        value = item.attrs[name]
        type_name, raw = type_and_bytes(value)
        shape = item.attrs.get_id(name).shape
        digest.update(text(name) + text(type_name) + struct.pack("<Q", len(shape)))
        digest.update(b"".join(struct.pack("<Q", size) for size in shape) + raw)
    return digest.digest()


def content_digest(file):
    objects = {"/": file}
    file.visititems(lambda name, item: objects.__setitem__("/" + name, item))
    digest = hashlib.sha256()
    for path in sorted(objects, key=str.encode):
        if path == "/runtime" or path.startswith("/runtime/"):
            continue
        digest.update(text(path) + digest_of_object(path, objects[path]))
    return digest.hexdigest()


def check_values(file):
    attributes = file.attrs
    assert attributes["format"] == b"vcohort-result", attributes["format"]
    assert attributes["seed"] == 2**63 - 1 and int(attributes["seed_hex"], 16) == 2**63 - 1
    assert attributes["status"] == b"complete" and attributes["total_blocks"] == 10
    source = file["study/source"][0]
    assert source.startswith(b"\xef\xbb\xbf# a study\r\n") and source.decode().endswith("Kinder?\"\r\n")
    assert list(file["evidence/name"][:]) == [b"sceptical", b"published"]
    summary = file["cohort/summary"]
    assert list(summary.attrs["columns"]) == [b"strategy", b"patients", b"mean", b"upper", b"reference"]
    assert summary["strategy"].attrs["units"] == b"" and summary["mean"].attrs["units"] == b"points"
    assert summary["strategy"][3].decode() == "für\nalle"
    assert list(summary["patients"][:]) == [0, -1, 2**53 - 1, 7]
    mean = summary["mean"][:]
    assert mean[0] == 0.1 and math.copysign(1, mean[1]) == -1 and numpy.isnan(mean[2]) and mean[3] == 5e-324
    assert summary["reference"].dtype == numpy.uint8
    patients = file["cohort/patients"]
    assert patients["patient"].shape == (40000,) and patients["patient"].chunks == (16384,)
    assert (patients["patient"][:] == numpy.arange(40000)).all()
    assert file["empty/patient"].shape == (0,)
    limbs = [int(file[f"tallies/sums/limb_{limb}"][2]) for limb in range(4)]
    quanta = sum(limb << (32 * position) for position, limb in enumerate(limbs))
    assert quanta == 10 * 10**20 * 2**50, quanta  # ten blocks added 1e20 each, exactly


def check_every_dataset(file):
    def check(name, item):
        if isinstance(item, h5py.Group):
            assert "description" in item.attrs or name == "cohort", name
            return
        assert item.fletcher32, name
        assert item.attrs["description"] and "units" in item.attrs, name
        if not name.startswith(("study/", "evidence/")):  # their texts are compressed in parts
            assert item.compression == ("gzip" if name.startswith("tallies/") else None), name

    file.visititems(check)


def rewrite(file, path):
    """The same content in another storage: contiguous or in small compressed chunks."""
    with h5py.File(path, "w") as copy:
        copy.attrs.update({})
        for name, value in file.attrs.items():
            copy_attribute(file, copy, name)

        def add(name, item):
            if isinstance(item, h5py.Group):
                twin = copy.require_group(name)
            else:
                packed = {"chunks": (3,), "compression": "gzip"} if 3 < item.shape[0] < 1000 else {}
                twin = copy.create_dataset(name, data=item[:], dtype=item.id.dtype, **packed)
            for attribute in item.attrs:
                copy_attribute(item, twin, attribute)

        file.visititems(add)


def copy_attribute(source, target, name):
    identifier = source.attrs.get_id(name)
    value = source.attrs[name]
    twin = h5py.h5a.create(target.id, name.encode(), identifier.get_type(), identifier.get_space())
    twin.write(numpy.asarray(value, dtype=identifier.dtype))


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "a.h5"
        subprocess.run([program, "write", path], check=True)
        with h5py.File(path, "r") as file:
            check_values(file)
            check_every_dataset(file)
            stated = file.attrs["content_digest"].decode()
            computed = content_digest(file)
            assert computed == stated, (computed, stated)
            rewrite(file, pathlib.Path(folder) / "b.h5")
        printed = subprocess.run([program, "digest", path], check=True, capture_output=True, text=True)
        assert printed.stdout.strip() == stated, printed.stdout
        with h5py.File(pathlib.Path(folder) / "b.h5", "r+") as file:  # other chunks and filters, the same content, no seal
            assert content_digest(file) == stated
            file["cohort/summary/mean"][0] = 0.2
            assert content_digest(file) != stated
        rewritten = subprocess.run([program, "digest", pathlib.Path(folder) / "b.h5"], capture_output=True, text=True)
        assert rewritten.returncode == 1 and "seal" in rewritten.stderr, rewritten
    print("h5py agrees")


main(sys.argv[1])
