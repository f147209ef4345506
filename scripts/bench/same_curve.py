#!/usr/bin/env python3
"""Whether two steps.csv have the same losses: prints how many steps and the largest relative difference; exit code 1 beyond a tolerance.

  python3 scripts/bench/same_curve.py steps-of-the-cpu.csv steps.csv 1e-9
"""
import csv
import sys


def losses(path):
    with open(path) as file:
        return [float(row["batch_loss"]) for row in csv.DictReader(file)]


expected, actual = losses(sys.argv[1]), losses(sys.argv[2])
if not expected or len(expected) != len(actual):
    print(f"{len(actual)} steps, not {len(expected)}")
    sys.exit(1)
worst = max(abs(a - e) / abs(e) for e, a in zip(expected, actual))
print(f"{len(actual)} steps, losses {expected[0]:.6g} to {expected[-1]:.6g}, relative difference at most {worst:.1e}")
sys.exit(0 if worst <= float(sys.argv[3]) else 1)
