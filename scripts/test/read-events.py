#!/usr/bin/env python3
"""Reads event files of TensorBoard with Python alone: an opinion on what `soopt export tensorboard` writes that shares no
code with it. Checks every length and checksum, and the chunks of every picture.

    scripts/test/read-events.py FOLDER [--pictures DIR]

prints a line for each tag of each run: dashboard, number of values, first and last step, last value.
"""
import argparse
import binascii
import pathlib
import struct
import sys
import zlib

# CRC-32C (Castagnoli), bits reflected: polynomial 1EDC6F41, initial value and final xor all ones (RFC 3720, B.4).
TABLE = []
for byte in range(256):
    remainder = byte
    for _ in range(8):
        remainder = (remainder >> 1) ^ (0x82F63B78 if remainder & 1 else 0)
    TABLE.append(remainder)


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value = TABLE[(value ^ byte) & 0xFF] ^ (value >> 8)
    return value ^ 0xFFFFFFFF


assert crc32c(b"123456789") == 0xE3069283, "known answer of RFC 3720"
assert crc32c(bytes(32)) == 0x8A9136AA, "known answer of RFC 3720"


def masked(data):
    value = crc32c(data)
    return ((value >> 15 | value << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(data):
    """The contents of each record: length, its checksum, contents, theirs."""
    at = 0
    while at < len(data):
        length, length_sum = struct.unpack_from("<QI", data, at)
        if masked(data[at : at + 8]) != length_sum:
            raise ValueError(f"checksum of the length at {at}")
        contents = data[at + 12 : at + 12 + length]
        if struct.unpack_from("<I", data, at + 12 + length)[0] != masked(contents):
            raise ValueError(f"checksum of the contents at {at}")
        yield contents
        at += 16 + length


def fields(data):
    """(number, value) of each field of a message: an integer, or bytes."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        kind = key & 7
        if kind == 0:
            yield key >> 3, varint()
            continue
        size = {1: 8, 5: 4}.get(kind) if kind != 2 else varint()
        if size is None or at + size > len(data):
            raise ValueError(f"field {key >> 3} of type {kind} beyond the message")
        yield key >> 3, data[at : at + size]
        at += size


def message(data):
    """A message as lists of values by number."""
    found = {}
    for number, value in fields(data):
        found.setdefault(number, []).append(value)
    return found


def one(found, number, default=b""):
    return found.get(number, [default])[-1]


def picture(png):
    """(width, height, colours) of a PNG with a palette, every chunk of it checked."""
    if png[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("no PNG")
    at, header, palette, pixels = 8, b"", b"", b""
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind, contents = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        if struct.unpack_from(">I", png, at + 8 + length)[0] != binascii.crc32(kind + contents):
            raise ValueError(f"checksum of the chunk {kind}")
        header = contents if kind == b"IHDR" else header
        palette = contents if kind == b"PLTE" else palette
        pixels += contents if kind == b"IDAT" else b""
        at += 12 + length
    width, height, bits, colour_type = struct.unpack_from(">IIBB", header)
    rows = zlib.decompress(pixels)
    if (bits, colour_type) != (8, 3) or len(rows) != height * (width + 1) or 3 * (max(rows) + 1) > len(palette):
        raise ValueError("pixels do not fit the header")
    return width, height, len(set(rows))


def value_of(value, tag, step, folder):
    """What a Summary.Value holds, in words."""
    if 2 in value:
        return f"{struct.unpack('<f', one(value, 2))[0]:.6g}"
    tensor = message(one(value, 8))
    strings = tensor.get(8, [])
    if len(strings) >= 3:
        width, height, colours = picture(strings[2])
        if (str(width), str(height)) != (strings[0].decode(), strings[1].decode()):
            raise ValueError(f"{tag}: the picture has another size than it says")
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{tag.replace('/', '_')}-{step:06d}.png").write_bytes(strings[2])
        return f"{width} × {height}, {colours} colours"
    if strings:
        return repr(strings[0].decode()[:60])
    return "tensor"


def summarize(file, pictures):
    tags = {}
    for position, record in enumerate(records(file.read_bytes())):
        event = message(record)
        struct.unpack("<d", one(event, 1))
        if position == 0:
            if one(event, 3) != b"brain.Event:2":
                raise ValueError("the first event is no version")
            continue
        step = one(event, 2, 0)
        for encoded in message(one(event, 5)).get(1, []):
            value = message(encoded)
            tag = one(value, 1).decode()
            metadata = message(one(value, 9)) if 9 in value else {}
            dashboard = one(message(one(metadata, 1)), 1).decode() if 1 in metadata else ""
            known = tags.setdefault(tag, {"dashboard": dashboard, "steps": [], "last": ""})
            if not known["dashboard"]:
                raise ValueError(f"{tag}: its first value does not say which dashboard it is for")
            known["steps"].append(step)
            known["last"] = value_of(value, tag, step, pictures)
    return tags


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--pictures", type=pathlib.Path, help="where to put the pictures of matrices")
    arguments = parser.parse_args()
    files = sorted(arguments.folder.rglob("*tfevents*"))
    if not files:
        sys.exit(f"no event files in {arguments.folder}")
    for file in files:
        run = file.parent.relative_to(arguments.folder)
        print(run)
        try:
            pictures = arguments.pictures / run if arguments.pictures else None
            for tag, known in summarize(file, pictures).items():
                steps = known["steps"]
                print(f"  {known['dashboard']:8} {tag:40} {len(steps):5} {steps[0]:>6}..{steps[-1]:<6} {known['last']}")
        except (ValueError, struct.error, IndexError, zlib.error) as fault:
            sys.exit(f"{file}: {fault}")


if __name__ == "__main__":
    main()
