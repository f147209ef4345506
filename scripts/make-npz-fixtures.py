#!/usr/bin/env python3
"""Writes the NumPy files that NpzFileTest reads: every element type, byte order, memory order, version and compression.

Usage: scripts/make-npz-fixtures.py [folder]   (default src/test/resources/npz; NumPy 2.4 wrote the files in it)
"""
import io
import pathlib
import sys
import zipfile

import numpy as np

folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "src/test/resources/npz")
folder.mkdir(parents=True, exist_ok=True)

whole = np.arange(24).reshape(2, 3, 4)
types = {}
for code in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8"):
    types[f"little_{code}"] = (whole - (12 if code[0] != "u" else 0)).astype("<" + code)
    types[f"big_{code}"] = types[f"little_{code}"].astype(">" + code)
    types[f"fortran_{code}"] = np.asfortranarray(types[f"little_{code}"])
types["bool"] = whole % 3 == 0
types["scalar"] = np.float64(2.5)
types["empty"] = np.zeros((0, 3), "f4")
types["extremes_i8"] = np.array([-(2**63), 2**63 - 1, 2**53 + 1])
types["extremes_u8"] = np.array([0, 2**64 - 1], "u8")
types["third"] = np.array([1 / 3, -0.0, 1e-310, np.inf, np.nan])
np.savez(folder / "stored.npz", **types)
np.savez_compressed(folder / "deflated.npz", **types)

for version in ((1, 0), (2, 0), (3, 0)):
    with open(folder / f"version{version[0]}.npy", "wb") as out:
        np.lib.format.write_array(out, whole.astype("<f8"), version=version)

bits = np.r_[np.arange(0, 2**16, 13), [0x8000, 1, 0x3FF, 0x400, 0x7BFF, 0x7C00, 0xFC00, 0x7E00]]
halves = bits.astype("u2").view("f2")
np.savez_compressed(folder / "half.npz", half=halves, big=halves.astype(">f2"), double=halves.astype("f8"))

with zipfile.ZipFile(folder / "unsupported.npz", "w") as archive:
    for name, array in {
        "good": np.arange(3.0),
        "complex": np.zeros(2, "c8"),
        "long": np.zeros(2, np.longdouble),
        "bytes": np.array([b"a", b"bc"]),
        "date": np.array(["2024-01-01"], "M8[D]"),
        "span": np.zeros(2, "m8[s]"),
        "raw": np.zeros(2, "V2"),
        "objects": np.array([None, {}], object),
        "text": np.array(["a", "bc"]),
        "fields": np.zeros(2, [("a", "f4"), ("b", "i4")]),
    }.items():
        data = io.BytesIO()
        np.lib.format.write_array(data, array)
        archive.writestr(name + ".npy", data.getvalue())
