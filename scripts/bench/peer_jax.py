#!/usr/bin/env python3
"""JAX's side of the benchmark on a device: a gradient, an Adam step, and the curvature summary by vmap over the groups of jvp of
jvp of grad, all under jit. The names are those of peers.py; "x, how" is a way to do "x".

  python3 scripts/bench/peer_jax.py --model mlp --batch 100 --device cuda --out jax.json
  python3 scripts/bench/peer_jax.py --check src/test/resources/golden/hbar

Writes what peers.py writes. Needs jax, nothing else; the networks are those of peer_networks.py, with random numbers of its own.
float32 is strict: no TF32.
"""
import argparse
import json
import math
import pathlib
import platform
import statistics
import sys
import time

import jax
import jax.numpy as jnp
from jax import lax

from peer_networks import MODELS

LEAST_ROUNDS = 2

ACTIVATIONS = {
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
    "relu": jax.nn.relu,
    "elu": jax.nn.elu,
    "softplus": jax.nn.softplus,
    "gelu": lambda z: 0.5 * z * (1 + jax.scipy.special.erf(z / math.sqrt(2))),
    "silu": jax.nn.silu,
    "identity": lambda z: z,
}


def forward(layers, parameters, x):
    parameters = iter(parameters)
    for kind, *a in layers:
        if kind == "linear":
            weight, bias = next(parameters), next(parameters)
            x = x @ weight.T + bias
        elif kind == "conv2d":
            weight, bias = next(parameters), next(parameters)
            x = lax.conv_general_dilated(x, weight, (1, 1), [(a[3], a[3])] * 2) + bias[None, :, None, None]
        elif kind == "act":
            x = ACTIVATIONS[a[0]](x)
        elif kind == "maxpool":
            n, c, h, w = x.shape
            k = a[0]
            x = x[:, :, : h // k * k, : w // k * k].reshape(n, c, h // k, k, w // k, k).max((3, 5))
        elif kind == "adaptive_avgpool":
            n, c, h, w = x.shape
            x = x.reshape(n, c, a[0], h // a[0], a[1], w // a[1]).mean((3, 5))
        elif kind == "flatten":
            x = x.reshape(x.shape[0], -1)
        elif kind == "scale":
            x = x * a[0]
        else:
            raise ValueError(f"unknown layer {kind}")
    return x


def cross_entropy(outputs, y):
    return -jnp.take_along_axis(jax.nn.log_softmax(outputs), y[:, None], 1).mean()


def squared_error(outputs, target):
    return ((outputs - target) ** 2).mean()


def summary(loss, parameters, u, groups):
    """g [S], H [S, S] and order3 [S] of u split into groups of tensors."""
    members = [jnp.array([float(i in group) for group in groups], u[i].dtype) for i in range(len(u))]
    directions = tuple(m.reshape(-1, *[1] * v.ndim) * v for m, v in zip(members, u))

    def one(direction):
        first = lambda p: jax.jvp(jax.grad(loss), (p,), (direction,))
        (g, h), (_, third) = jax.jvp(first, (parameters,), (direction,))
        dot = lambda a, b: sum((x * y).sum() for x, y in zip(a, b))
        row = [sum((h[i] * u[i]).sum() for i in group) for group in groups]
        return dot(g, direction), jnp.stack(row), dot(third, direction)

    return jax.vmap(one)(directions)


def initial(layers, sigma, key, dtype):
    parameters = []
    for kind, *a in layers:
        if kind == "linear":
            shape, fan_in = (a[1], a[0]), a[0]
        elif kind == "conv2d":
            shape, fan_in = (a[1], a[0], a[2], a[2]), a[0] * a[2] * a[2]
        else:
            continue
        key, one = jax.random.split(key)
        parameters += [jax.random.normal(one, shape, dtype) * (sigma / math.sqrt(fan_in)), jnp.zeros(shape[0], dtype)]
    return tuple(parameters)


def adam(loss):
    """One step of Kingma and Ba's algorithm 1 with its default constants."""
    def step(state, x, y):
        parameters, m, v, t = state
        g = jax.grad(lambda p: loss(p, x, y))(parameters)
        t = t + 1
        m = tuple(0.9 * a + 0.1 * b for a, b in zip(m, g))
        v = tuple(0.999 * a + 0.001 * b * b for a, b in zip(v, g))
        move = lambda p, a, b: p - 1e-8 * (a / (1 - 0.9**t)) / (jnp.sqrt(b / (1 - 0.999**t)) + 1e-8)
        return tuple(map(move, parameters, m, v)), m, v, t

    return step


def works(model, batch, dtype):
    """By name; each call waits until its results are there."""
    build, shape, sigma = MODELS[model]
    layers = build()
    key = jax.random.PRNGKey(571677914)
    parameters = initial(layers, sigma, key, dtype)
    x = jax.random.normal(key, (batch, *shape), dtype)
    y = jax.random.randint(key, (batch,), 0, 10)
    loss = lambda p, x, y: cross_entropy(forward(layers, p, x), y)
    gradient = jax.jit(jax.grad(loss))
    u = gradient(parameters, x, y)
    groups = [[i] for i in range(len(parameters))]
    whole = jax.jit(lambda p, x, y, u: summary(lambda q: loss(q, x, y), p, u, groups))
    step = jax.jit(adam(loss), donate_argnums=0)
    zeros = lambda: tuple(jnp.zeros_like(p) for p in parameters)
    state = [(tuple(jnp.array(p) for p in parameters), zeros(), zeros(), jnp.zeros((), dtype))]

    def stepped():
        state[0] = step(state[0], x, y)
        return state[0]

    made = {
        "gradient": lambda: gradient(parameters, x, y),
        "summary order 3, forward over reverse": lambda: whole(parameters, x, y, u),
        "adam step": stepped,
    }
    return {name: (lambda work=work: jax.block_until_ready(work())) for name, work in made.items()}


# ---- check against the reference numbers ----


def array(entry):
    return jnp.array(entry["data"], jnp.float64).reshape(entry["shape"])


def layer(entry):
    keys = {"linear": ("in", "out"), "conv2d": ("in", "out", "k", "pad"), "act": ("fn",), "maxpool": ("k",),
            "adaptive_avgpool": ("out_h", "out_w"), "flatten": (), "scale": ("by",)}[entry["type"]]
    return (entry["type"], *[entry[key] for key in keys])


def check(folder):
    """Largest error of g, H, order3 relative to the largest entry, over all reference files; exit 1 above 1e-10."""
    worst, cases = 0.0, 0
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        golden = json.loads(path.read_text())
        layers = [layer(entry) for entry in golden["layers"]]
        parameters = tuple(array(p) for p in golden["params"])
        x = array(golden["x"])
        target = array(golden["y"]) if isinstance(golden["y"], dict) else jnp.array(golden["y"])
        cost = cross_entropy if golden["loss"] == "softmax_ce" else squared_error
        loss = lambda p: cost(forward(layers, p, x), target)
        for case in golden["cases"]:
            u = tuple(array(t) for t in case["u"])
            for partition in case["partitions"]:
                if partition["groups"] == "discrete":
                    continue
                for value, name in zip(summary(loss, parameters, u, partition["groups"]), ("g", "H", "order3")):
                    reference = array(partition[name])
                    scale = float(jnp.abs(reference).max())
                    error = float(jnp.abs(value - reference).max())
                    worst = max(worst, error / scale if scale > 1e-10 else error)
                cases += 1
    print(f"{cases} cases, worst relative error {worst:.1e}: {'ok' if worst < 1e-10 and cases else 'WRONG'}")
    return 0 if worst < 1e-10 and cases else 1


def elapsed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def bench(options):
    named, problems = works(options.model, options.batch, getattr(jnp, options.precision)), {}
    for name in list(named):
        try:
            elapsed(named[name])
            elapsed(named[name])
        except Exception as e:  # as when memory is short: the work counts as absent
            problems[name] = f"{type(e).__name__}: {str(e).strip().splitlines()[0]}"[:200]
            del named[name]
    times = {name: [] for name in named}
    begin = time.perf_counter()
    for done in range(options.rounds):
        if done >= LEAST_ROUNDS and time.perf_counter() - begin > options.seconds:
            break
        for name, work in named.items():
            times[name].append(elapsed(work))
    results = []
    for name, values in times.items():
        quarters = statistics.quantiles(values, n=4, method="inclusive")
        results.append({"name": name, "median_s": statistics.median(values), "q25_s": quarters[0], "q75_s": quarters[2],
                        "rounds": len(values), "times_s": values})
    return {"program": "jax", "model": options.model, "batch": options.batch, "precision": options.precision,
            "device": jax.devices()[0].device_kind, "problems": problems,
            "versions": {"jax": jax.__version__, "python": platform.python_version()}, "results": results}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=MODELS, default="mlp")
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--precision", choices=("float32", "float64"), default="float32")
    parser.add_argument("--rounds", type=int, default=20, help="at most this many rounds of all works")
    parser.add_argument("--seconds", type=float, default=60, help="stop after the round that passes this time")
    parser.add_argument("--out", help="the JSON file to write (default: stdout)")
    parser.add_argument("--check", metavar="DIR", help="compare with the reference files of this folder and stop")
    options = parser.parse_args()
    jax.config.update("jax_platforms", options.device)
    jax.config.update("jax_default_matmul_precision", "highest")
    jax.config.update("jax_enable_x64", options.precision == "float64" or bool(options.check))
    if options.check:
        sys.exit(check(options.check))
    text = json.dumps(bench(options), indent=1)
    if options.out:
        pathlib.Path(options.out).write_text(text + "\n")
    else:
        print(text)


if __name__ == "__main__":
    main()
