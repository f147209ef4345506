#!/usr/bin/env python3
"""CIFAR-10's records (a label, then 3 x 32 x 32 bytes) as an npz file of x [N, 3, 32, 32], centred by channel, and y [N], the last tenth of them as
x_test and y_test.

  python3 scripts/bench/cifar_npz.py datasets/cifar-5000/records.bin train.npz
"""
import array
import sys
import zipfile

records = open(sys.argv[1], "rb").read()
pixels = 32 * 32
size = 1 + 3 * pixels
count = len(records) // size
levels = [[(p / 255 - mean) / deviation for p in range(256)]
          for mean, deviation in ((0.4914, 0.2470), (0.4822, 0.2435), (0.4465, 0.2616))]
x, y = array.array("f"), array.array("q")
for i in range(count):
    y.append(records[i * size])
    for channel in range(3):
        at = i * size + 1 + channel * pixels
        x.extend(map(levels[channel].__getitem__, records[at:at + pixels]))


def npy(values, kind, shape):
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + values.tobytes()


train = count - count // 10
with zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_STORED) as file:
    for ending, begin, end in (("train", 0, train), ("test", train, count)):
        images = x[begin * 3 * pixels:end * 3 * pixels]
        file.writestr(f"x_{ending}.npy", npy(images, "<f4", (end - begin, 3, 32, 32)))
        file.writestr(f"y_{ending}.npy", npy(y[begin:end], "<i8", (end - begin,)))
