#!/usr/bin/env python3
"""Writes src/test/resources/search/strong_wolfe.json: the points that torch.optim.LBFGS's strong_wolfe tries.

Functions: 1 to 6 of Moré and Thuente (ACM TOMS 20, 1994, p. 286), and random polynomials of degree 6 with
phi'(0) < 0 ("polynomial", coefficients from the constant on). Needs PyTorch; the file in the repository is of 1.13.
"""
import json
import math
import random

import torch
from torch.optim.lbfgs import _strong_wolfe


def quotient(a, beta=2):
    return -a / (a * a + beta), (a * a - beta) / (a * a + beta) ** 2


def quintic(a, beta=0.004):
    x = a + beta
    cube = x * x * x
    return cube * x * x - 2 * cube * x, 5 * cube * x - 8 * cube


def wave(a, beta=0.01, waves=39):
    if a <= 1 - beta:
        f, g = 1 - a, -1
    elif a >= 1 + beta:
        f, g = a - 1, 1
    else:
        f, g = (a - 1) ** 2 / (2 * beta) + beta / 2, (a - 1) / beta
    f += 2 * (1 - beta) / (waves * math.pi) * math.sin(waves * math.pi * a / 2)
    return f, g + (1 - beta) * math.cos(waves * math.pi * a / 2)


def valley(b1, b2):
    def gamma(b):
        return math.sqrt(1 + b * b) - b

    def phi(a):
        right, left = math.sqrt((1 - a) ** 2 + b2 ** 2), math.sqrt(a * a + b1 ** 2)
        return gamma(b1) * right + gamma(b2) * left, gamma(b1) * (a - 1) / right + gamma(b2) * a / left

    return phi


def polynomial(c):
    def phi(a):
        f, g = 0.0, 0.0
        for coefficient in reversed(c):
            g = g * a + f
            f = f * a + coefficient
        return f, g

    return phi


def search(name, phi, first, c1, c2, max_ls=25, tolerance=1e-9, coefficients=()):
    points = []

    def objective(x, t, d):
        f, g = phi(float(t))
        points.append([float(t), f, g])
        return f, torch.tensor([g], dtype=torch.float64)

    f, g = phi(0.0)
    gradient = torch.tensor([g], dtype=torch.float64)
    direction = torch.tensor([1.0], dtype=torch.float64)
    value, _, t, evaluations = _strong_wolfe(
        objective, None, first, direction, f, gradient, gradient.dot(direction), c1, c2, tolerance, max_ls)
    assert evaluations == len(points)
    return {"function": name, "coefficients": list(coefficients), "first": first, "decrease": c1, "curvature": c2,
            "evaluations": max_ls + 1, "smallest": tolerance, "start": [f, g], "points": points,
            "alpha": float(t), "value": float(value)}


def main():
    cases = []
    functions = [("1", quotient, 0.001, 0.1), ("2", quintic, 0.1, 0.1), ("3", wave, 0.1, 0.1),
                 ("4", valley(0.001, 0.001), 0.001, 0.001), ("5", valley(0.01, 0.001), 0.001, 0.001),
                 ("6", valley(0.001, 0.01), 0.001, 0.001)]
    for name, phi, c1, c2 in functions:
        for first in (1e-3, 1e-1, 1e1, 1e3):
            cases.append(search(name, phi, first, c1, c2))
            cases.append(search(name, phi, first, 1e-4, 0.9))
            cases.append(search(name, phi, first, c1, c2, max_ls=4))
    numbers = random.Random(1)
    for _ in range(60):
        c = [numbers.uniform(-1, 1) for _ in range(7)]
        c[1], c[6] = -abs(c[1]), abs(c[6])
        first = 10 ** numbers.uniform(-2, 1)
        c2 = numbers.choice([0.001, 0.1, 0.9])
        cases.append(search("polynomial", polynomial(c), first, 1e-4, c2, max_ls=numbers.choice([2, 5, 25]),
                            tolerance=numbers.choice([1e-9, 1e-3]), coefficients=c))
    with open("src/test/resources/search/strong_wolfe.json", "w") as file:
        file.write('{"made": "scripts/make-line-search-reference.py with torch %s", "cases": [\n'
                   % torch.__version__ + ",\n".join(json.dumps(case) for case in cases) + "\n]}\n")


if __name__ == "__main__":
    main()
