#!/usr/bin/env python3
"""PyTorch's side of the benchmark: a gradient, the curvature summary by nested automatic differentiation, products with the
Hessian and the Gauss-Newton matrix, and steps of SGD, Adam, K-FAC, Shampoo and L-BFGS. The names are those of
`soopt bench curvature --json`.

The summary of a direction u split into S groups is g_s = DL[u_s], H_st = D2L[u_s, u_t], order3_s = D3L[u_s, u_s, u_s].
It is computed as Wolinski (ECML PKDD 2025) does in public code: differentiate the loss keeping the graph, contract with u_s,
differentiate each g_s again for a row of H (the upper triangle), and twice more for order3. That code stacks the g_s into one
tensor and differentiates its elements, so that every differentiation runs through the graphs of all g_t, with zeros; "summary
order 3" does the same. "summary order 3, pruned" keeps the g_s apart: each differentiation visits the graph of its own g_s only,
the cheapest nested differentiation there is. This is a new implementation.

  python3 scripts/bench/peers.py --model mlp --batch 100 --threads 1 --out peers.json
  python3 scripts/bench/peers.py --check src/test/resources/golden/hbar
  python3 scripts/bench/peers.py --check src/test/resources/golden/trajectory

Time: after a warm-up the works take turns. Memory: torch counts none on the CPU, and Python's tracemalloc does not see its
tensors; so each work runs in a fresh process, once on a batch of one example, to load code and start threads, and then on the
whole batch. Extra memory is the peak of the resident size meanwhile (VmHWM, reset before through
/proc/self/clear_refs; elsewhere than on Linux the growth of ru_maxrss) beyond the resident size before it, when parameters,
batch and direction are there. glibc's allocator is told to give freed blocks back at once, so that none hide in the size
before. What the work puts out counts: the gradient, Adam's moments.

Writes {"program", "model", "batch", "threads", "precision", "groups", "versions", "results": [{"name", "median_s", "q25_s",
"q75_s", "rounds", "times_s", "extra_bytes"}]}; without --memory there is no extra_bytes.
Needs torch (any version from 1.13 on), nothing else. With --device cuda the works are those of peer_device.py: what can be
done eagerly, compiled, by CUDA graphs, and with torch.func; what this torch cannot do stands under "problems".
"""
import argparse
import gc
import json
import math
import os
import pathlib
import platform
import resource
import statistics
import subprocess
import sys
import time


def asked_threads(arguments):
    """The value of --threads, read before torch is loaded."""
    for argument, following in zip(arguments, arguments[1:] + [""]):
        if argument.startswith("--threads"):
            return argument.partition("=")[2] or following
    return "1"


# torch.set_num_threads does not reach an OpenBLAS with threads of its own (Debian's), which takes every core unless told before
# it is loaded: with one thread asked, its products would run on two and the comparison would flatter PyTorch.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = asked_threads(sys.argv)

import torch
import torch.nn.functional as F

from peer_device import device_memory, device_name, device_works, forward_over_reverse, strict, synchronize
from peer_networks import MODELS
from peer_optimizers import KFac, Shampoo, lbfgs

ACTIVATIONS = {
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": F.relu,
    "elu": F.elu,
    "softplus": lambda z: torch.logaddexp(z, torch.zeros_like(z)),
    "gelu": lambda z: 0.5 * z * (1 + torch.erf(z / math.sqrt(2))),
    "silu": lambda z: z * torch.sigmoid(z),
    "identity": lambda z: z,
}


def forward(layers, parameters, x, record=None):
    """The outputs; of each layer with parameters (kind, arguments, input, output) into record, if there is one."""
    parameters = iter(parameters)
    for kind, *arguments in layers:
        inputs = x
        if kind == "linear":
            x = F.linear(x, next(parameters), next(parameters))
        elif kind == "conv2d":
            x = F.conv2d(x, next(parameters), next(parameters), padding=arguments[3])
        elif kind == "act":
            x = ACTIVATIONS[arguments[0]](x)
        elif kind == "maxpool":
            x = F.max_pool2d(x, arguments[0])
        elif kind == "adaptive_avgpool":
            x = F.adaptive_avg_pool2d(x, tuple(arguments))
        elif kind == "flatten":
            x = x.flatten(1)
        elif kind == "scale":
            x = x * arguments[0]
        else:
            raise ValueError(f"unknown layer {kind}")
        if record is not None and kind in ("linear", "conv2d"):
            record.append((kind, arguments, inputs, x))
    return x


def initial(layers, sigma, generator, dtype):
    """Weights ~ N(0, sigma^2/fan_in), biases 0."""
    parameters = []
    for kind, *a in layers:
        if kind == "linear":
            shape, fan_in = (a[1], a[0]), a[0]
        elif kind == "conv2d":
            shape, fan_in = (a[1], a[0], a[2], a[2]), a[0] * a[2] * a[2]
        else:
            continue
        weight = torch.randn(shape, generator=generator, dtype=torch.float64) * (sigma / math.sqrt(fan_in))
        parameters += [weight.to(dtype), torch.zeros(shape[0], dtype=dtype)]
    return [p.requires_grad_() for p in parameters]


# ---- what is measured ----

KFAC_STEPS = 100  # a period of inverses: ten samples of the factors and one inversion
SHAMPOO_STEPS = 20  # a period of roots


def gradient(loss, parameters):
    return torch.autograd.grad(loss(), parameters)


def contract(derivatives, u, group):
    """Sum of <derivative, u> over the tensors of a group; 0 where the quantity does not depend on a tensor."""
    total = 0.0
    for derivative, index in zip(derivatives, group):
        if derivative is not None:
            total = total + (derivative * u[index]).sum()
    return total


def derive(scalar, parameters, group, create_graph):
    if not (isinstance(scalar, torch.Tensor) and scalar.requires_grad):
        return [None] * len(group)
    wanted = [parameters[i] for i in group]
    return torch.autograd.grad(scalar, wanted, create_graph=create_graph, retain_graph=True, allow_unused=True)


def summary(loss, parameters, u, groups, order, pruned=False):
    """g [S], H [S, S] and order3 [S] (None at order 2) by nested reverse mode."""
    size = len(groups)
    first = torch.autograd.grad(loss(), parameters, create_graph=True)
    zero = parameters[0].new_zeros(())
    g = [zero + contract([first[i] for i in group], u, group) for group in groups]
    if not pruned:
        g = torch.stack(g)
    hessian = [[zero] * size for _ in groups]
    third = []
    for s, g_s in enumerate(g):
        rest = [i for group in groups[s:] for i in group]
        rows = dict(zip(rest, derive(g_s, parameters, rest, create_graph=False)))
        for t in range(s, size):
            value = contract([rows[i] for i in groups[t]], u, groups[t])
            hessian[s][t] = hessian[t][s] = zero + value
        if order == 3:
            second = contract(derive(g_s, parameters, groups[s], create_graph=True), u, groups[s])
            third.append(zero + contract(derive(second, parameters, groups[s], create_graph=False), u, groups[s]))
    hessian = torch.stack([torch.stack(row) for row in hessian]).detach()
    return torch.stack([v.detach() for v in g]), hessian, torch.stack(third).detach() if order == 3 else None


# ---- check against the reference numbers ----


def read_tensor(entry):
    return torch.tensor(entry["data"], dtype=torch.float64).reshape(entry["shape"])


def read_layer(entry):
    kind = entry["type"]
    keys = {"linear": ("in", "out"), "conv2d": ("in", "out", "k", "pad"), "act": ("fn",), "maxpool": ("k",),
            "adaptive_avgpool": ("out_h", "out_w"), "flatten": (), "scale": ("by",)}[kind]
    return (kind, *[entry[key] for key in keys])


def check(folder):
    """Largest error of g, H, order3 relative to the largest entry, over all reference files; exit 1 above 1e-10."""
    worst, cases = 0.0, 0
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        golden = json.loads(path.read_text())
        layers = [read_layer(entry) for entry in golden["layers"]]
        parameters = [read_tensor(p).requires_grad_() for p in golden["params"]]
        x = read_tensor(golden["x"])
        target = read_tensor(golden["y"]) if isinstance(golden["y"], dict) else torch.tensor(golden["y"])
        cost = F.cross_entropy if golden["loss"] == "softmax_ce" else F.mse_loss
        loss = lambda: cost(forward(layers, parameters, x), target)
        file_worst = abs(loss().item() - golden["loss_value"]) / abs(golden["loss_value"])
        for case in golden["cases"]:
            u = [read_tensor(t) for t in case["u"]]
            for partition in case["partitions"]:
                if partition["groups"] == "discrete":
                    continue
                groups = partition["groups"]
                ways = [lambda: summary(loss, parameters, u, groups, 3), lambda: summary(loss, parameters, u, groups, 3, True)]
                if hasattr(torch, "func"):
                    ways.append(forward_over_reverse(lambda p: cost(forward(layers, p, x), target), parameters, u, groups))
                for way in ways:
                    values = way()
                    for value, name in zip(values, ("g", "H", "order3")):
                        reference = read_tensor(partition[name])
                        scale = reference.abs().max().item()
                        error = (value - reference).abs().max().item()
                        # an exact zero is reproduced to rounding noise of the terms that cancel
                        file_worst = max(file_worst, error / scale if scale > 1e-10 else error)
                    cases += 1
        print(f"{path.name:28s} {file_worst:.1e}")
        worst = max(worst, file_worst)
    print(f"{cases} cases, worst relative error {worst:.1e}: {'ok' if worst < 1e-10 and cases else 'WRONG'}")
    return 0 if worst < 1e-10 and cases else 1


def relative(value, reference):
    return float((value - reference).abs().max() / reference.abs().max())


def flat(parameters):
    return torch.cat([p.detach().flatten() for p in parameters])


def batch_of(entry):
    return read_tensor(entry["x"]), torch.tensor(entry["y"])


def kfac_error(golden, _):
    """Largest error of the factored inverses and of the parameters after each step."""
    parameters = [read_tensor(p).requires_grad_() for p in golden["params0"]]
    h = golden["hyperparameters"]
    kfac = KFac([read_layer(entry) for entry in golden["layers"]], parameters, forward, h["lr"], "eigen", "identity", h["momentum"],
                h["stat_decay"], h["damping"], h["kl_clip"], h["weight_decay"], h["TCov"], h["TInv"])
    factored = KFac([], [], forward, h["lr"], damping=h["damping"])
    worst = 0.0
    for batch, step in zip(golden["train_batches"], golden["steps"]):
        kfac.step(*batch_of(batch), torch.tensor(step["sampled_labels"]) if step.get("sampled_labels") else None)
        worst = max(worst, relative(flat(parameters), read_tensor(step["theta"])))
        for a, g, inverse in zip(kfac.a, kfac.g, step.get("factored_damping_inverses") or []):
            for mine, name in zip(factored.inverted(a, g), ("A_inv", "G_inv")):
                worst = max(worst, relative(mine, read_tensor(inverse[name])))
    return worst


def shampoo_error(golden, _):
    worst = 0.0
    for case in golden["cases"]:
        parameter = read_tensor(case["W0"])
        shampoo = Shampoo([parameter], case["lr"], case["eps"], period=1, momentum=0)
        for step in case["steps"]:
            shampoo.step([read_tensor(step["G"])])
            worst = max(worst, relative(parameter, read_tensor(step["W"])))
    return worst


def lbfgs_error(golden, folder):
    data = json.loads((folder / golden["data"]).read_text())
    parameters = [read_tensor(p).requires_grad_() for p in data["params0"]]
    layers = [read_layer(entry) for entry in data["layers"]]
    x, y = (torch.cat(parts) for parts in zip(*map(batch_of, data["train_batches"])))
    h = golden["hyperparameters"]
    optimizer = lbfgs(parameters, h["lr"], history_size=h["history_size"], line_search_fn=h["line_search"], tolerance_grad=1e-12,
                      tolerance_change=1e-15)
    worst = 0.0
    for step in golden["steps"]:
        optimizer.step(closure(optimizer, lambda: F.cross_entropy(forward(layers, parameters, x), y)))
        worst = max(worst, relative(flat(parameters), read_tensor(step["theta"])))
    return worst


def check_trajectories(folder):
    """Largest relative error of each optimizer's reference files; exit 1 above 1e-9."""
    worst = {}
    for kind, error in (("kfac", kfac_error), ("shampoo", shampoo_error), ("lbfgs", lbfgs_error)):
        for path in sorted(pathlib.Path(folder).glob(f"{kind}*.json")):
            worst[path.name] = error(json.loads(path.read_text()), path.parent)
            print(f"{path.name:28s} {worst[path.name]:.1e}")
    good = worst and max(worst.values()) < 1e-9
    print("ok" if good else "WRONG")
    return 0 if good else 1


# ---- works ----


def closure(optimizer, loss):
    def run():
        optimizer.zero_grad(set_to_none=True)
        value = loss()
        value.backward()
        return value

    return run


class Steps:
    """A work that is the mean of several steps of an optimizer, which is made when first used."""

    def __init__(self, make, count=1):
        self.make, self.count, self.step = make, count, None

    def __call__(self):
        self.step = self.step or self.make()
        for _ in range(self.count):
            self.step()


class Workload:
    """A network with its parameters, a random batch and a direction u; the same numbers for every seed of the program."""

    def __init__(self, model, batch, dtype, device="cpu"):
        build, shape, sigma = MODELS[model]
        self.device_works = device != "cpu"
        device = "cpu" if device == "cpu-ways" else device
        self.layers = build()
        generator = torch.Generator().manual_seed(571677914)
        self.parameters = [p.detach().to(device).requires_grad_() for p in initial(self.layers, sigma, generator, dtype)]
        self.x = torch.randn((batch, *shape), generator=generator, dtype=dtype).to(device)
        self.y = torch.randint(0, 10, (batch,), generator=generator).to(device)
        self.u = [g.clone() for g in gradient(self.loss, self.parameters)]
        self.groups = [[i] for i in range(len(self.parameters))]

    def loss(self):
        return F.cross_entropy(forward(self.layers, self.parameters, self.x), self.y)

    def gradient(self):
        return gradient(self.loss, self.parameters)

    def summary(self, order, pruned=False):
        return summary(self.loss, self.parameters, self.u, self.groups, order, pruned)

    def hessian_vector(self):
        first = torch.autograd.grad(self.loss(), self.parameters, create_graph=True)
        return torch.autograd.grad(sum((g * v).sum() for g, v in zip(first, self.u)), self.parameters)

    def gauss_newton(self):
        """J^T H J u: J u by differentiating J^T w, which is linear in w."""
        outputs = forward(self.layers, self.parameters, self.x)
        w = torch.zeros_like(outputs, requires_grad=True)
        back = torch.autograd.grad(outputs, self.parameters, w, create_graph=True)
        tangent, = torch.autograd.grad(back, w, self.u, retain_graph=True)
        p = torch.softmax(outputs.detach(), 1)
        curved = p * (tangent - (p * tangent).sum(1, keepdim=True)) / len(self.x)
        return torch.autograd.grad(outputs, self.parameters, curved)

    def step(self, optimizer):
        def run():
            optimizer.zero_grad(set_to_none=True)
            self.loss().backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)

        return run

    def kfac(self):
        kfac = KFac(self.layers, self.parameters, forward, 1e-8)
        return lambda: kfac.step(self.x, self.y)

    def shampoo(self):
        shampoo = Shampoo(self.parameters, 1e-8)
        return lambda: shampoo.step(self.gradient())

    def lbfgs(self):
        """Steps of a size that keeps the pairs above torch's threshold, on parameters of its own; the first fill the memory."""
        moved = [p.detach().clone().requires_grad_() for p in self.parameters]
        optimizer = lbfgs(moved, 1e-2)
        run = closure(optimizer, lambda: F.cross_entropy(forward(self.layers, moved, self.x), self.y))
        for _ in range(11):
            optimizer.step(run)
        return lambda: optimizer.step(run)

    def works(self):
        """By name; step sizes so small that all rounds do the same work."""
        if self.device_works:
            return device_works(self, forward)
        return {
            "gradient": self.gradient,
            "summary order 2": lambda: self.summary(2),
            "summary order 2, pruned": lambda: self.summary(2, pruned=True),
            "summary order 3": lambda: self.summary(3),
            "summary order 3, pruned": lambda: self.summary(3, pruned=True),
            "hessian-vector product": self.hessian_vector,
            "gauss-newton product": self.gauss_newton,
            "sgd step": self.step(torch.optim.SGD(self.parameters, lr=1e-8)),
            "adam step": self.step(torch.optim.Adam(self.parameters, lr=1e-8)),
            "k-fac step": Steps(self.kfac, KFAC_STEPS),
            "shampoo step": Steps(self.shampoo, SHAMPOO_STEPS),
            "l-bfgs step": Steps(self.lbfgs),
        }


# ---- timing ----

LEAST_ROUNDS = 2


def elapsed(work):
    """Seconds of a work, or of one of its steps."""
    synchronize()
    start = time.perf_counter()
    work()
    synchronize()
    return (time.perf_counter() - start) / getattr(work, "count", 1)


def interleaved(works, rounds, seconds, problems):
    """Runs the works in turn, so that a slow spell of the machine falls on all of them alike. What fails at first is left out
    and put into problems."""
    for name, work in list(works.items()):
        try:
            if elapsed(work) * getattr(work, "count", 1) < 2:  # seconds; what takes longer is warm
                elapsed(work)
        except Exception as e:  # of whatever torch cannot do here: it counts as absent
            problems[name] = f"{type(e).__name__}: {str(e).strip().splitlines()[0] if str(e).strip() else ''}"[:200]
            del works[name]
    times = {name: [] for name in works}
    begin = time.perf_counter()
    for done in range(rounds):
        if done >= LEAST_ROUNDS and time.perf_counter() - begin > seconds:
            break
        for name, work in works.items():
            times[name].append(elapsed(work))
    return times


# ---- memory ----


def status_bytes(key):
    with open("/proc/self/status") as f:
        return next(1024 * int(line.split()[1]) for line in f if line.startswith(key + ":"))


class PeakMemory:
    """The peak of the resident size from here on, beyond the size now."""

    def __init__(self):
        self.unit = 1 if sys.platform == "darwin" else 1024
        try:
            with open("/proc/self/clear_refs", "w") as f:
                f.write("5")
            self.before = status_bytes("VmRSS")
        except OSError:
            self.before = None
            self.highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def extra(self):
        if self.before is not None:
            return max(0, status_bytes("VmHWM") - self.before)
        return self.unit * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - self.highest)


def once(work):
    """The first step of a period does all that one does."""
    return Steps(work.make) if isinstance(work, Steps) else work


def memory_here(options):
    """Extra bytes of one work, in this process."""
    dtype = getattr(torch, options.precision)
    once(Workload(options.model, 1, dtype).works()[options.memory_of])()
    work = once(Workload(options.model, options.batch, dtype).works()[options.memory_of])
    gc.collect()
    peak = PeakMemory()
    work()
    if options.memory_of.endswith(" step"):
        work()  # the first step makes the optimizer's state when the activations are gone; in the second both are there
    return peak.extra()


def memory_of(name, options):
    """Extra bytes of one work, in a process of its own."""
    environment = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "16384", "MALLOC_TRIM_THRESHOLD_": "0"}
    command = [sys.executable, __file__, "--memory-of", name, "--model", options.model, "--batch", str(options.batch),
               "--threads", str(options.threads), "--precision", options.precision]
    return int(subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout)


def bench(options):
    strict()
    workload = Workload(options.model, options.batch, getattr(torch, options.precision), options.device)
    works = workload.works()
    if not options.only or "compiled" not in options.only:  # it has brought whole processes down
        works.pop("summary order 3, forward over reverse, compiled", None)
    if options.only:
        works = {name: work for name, work in works.items()
                 if name == "gradient" or any(text in name for text in options.only.split(","))}
    results, problems = [], {}
    for name, values in interleaved(works, options.rounds, options.seconds, problems).items():
        quarters = statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3
        results.append({"name": name, "median_s": statistics.median(values), "q25_s": quarters[0], "q75_s": quarters[2],
                        "rounds": len(values), "times_s": values})
        if options.memory:
            on_gpu = options.device.startswith("cuda")
            results[-1]["extra_bytes"] = device_memory(works[name]) if on_gpu else memory_of(name, options)
    return {"program": "pytorch", "model": options.model, "batch": options.batch, "threads": options.threads,
            "precision": options.precision, "device": device_name(options.device), "groups": len(workload.groups),
            "problems": problems, "versions": {"torch": torch.__version__, "python": platform.python_version()}, "results": results}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=MODELS, default="mlp")
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu", help="cpu, or cuda for every way that torch has on a GPU (cpu-ways: the same"
                        " on the CPU, for a test of the ways)")
    parser.add_argument("--precision", choices=("float32", "float64"), default="float32")
    parser.add_argument("--rounds", type=int, default=20, help="at most this many rounds of all works")
    parser.add_argument("--seconds", type=float, default=60,
                        help=f"stop after the round that passes this time, but not before {LEAST_ROUNDS}")
    parser.add_argument("--only", metavar="TEXT,...", help="only works with one of these texts in their name, and the gradient")
    parser.add_argument("--memory", action="store_true", help="measure memory too, each work in a process of its own")
    parser.add_argument("--memory-of", metavar="NAME", help="print the extra bytes of one work and stop")
    parser.add_argument("--out", help="the JSON file to write (default: stdout)")
    parser.add_argument("--check", metavar="DIR", help="compare with the reference files of this folder and stop")
    options = parser.parse_args()
    if options.check:
        trajectories = any(pathlib.Path(options.check).glob("kfac*.json"))
        sys.exit((check_trajectories if trajectories else check)(options.check))
    torch.set_num_threads(options.threads)
    if options.memory_of:
        print(memory_here(options))
        return
    result = bench(options)
    text = json.dumps(result, indent=1)
    if options.out:
        pathlib.Path(options.out).write_text(text + "\n")
        unit = result["results"][0]["median_s"]
        for r in result["results"]:
            memory = f"{r['extra_bytes'] / 2**20:9.1f} MiB" if "extra_bytes" in r else ""
            print(f"{r['name']:24s} {1e3 * r['median_s']:10.3f} ms  [{1e3 * r['q25_s']:.3f}, {1e3 * r['q75_s']:.3f}]"
                  f"  {r['median_s'] / unit:7.2f} gradients  {r['rounds']} rounds{memory}", file=sys.stderr)
    else:
        print(text)


if __name__ == "__main__":
    main()
