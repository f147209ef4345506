"""The ways of PyTorch to do the works of the benchmark on a GPU: eager, compiled, by CUDA graphs; nested reverse mode, and
forward over reverse with torch.func. A work "x, how" is another way to do "x". What this torch or GPU cannot do fails at its
first use and is reported as a problem.
"""

import torch
import torch.nn.functional as F


def strict():
    """float32 without TF32, as soopt computes."""
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True


def synchronize():
    if torch.cuda.is_initialized():
        torch.cuda.synchronize()


def device_name(device):
    return torch.cuda.get_device_name(device) if device.startswith("cuda") else "cpu"


def device_memory(work):
    """Bytes that a work takes beyond what was there before it."""
    torch.cuda.synchronize()
    before = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    work()
    torch.cuda.synchronize()
    return torch.cuda.max_memory_allocated() - before


class Later:
    """A work that is made when first used, which may take long."""

    def __init__(self, make):
        self.make, self.work = make, None

    def __call__(self):
        self.work = self.work or self.make()
        return self.work()


def graph(work):
    """A work captured as a CUDA graph: replayed, it has no cost of launches."""

    def make():
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                work()
        torch.cuda.current_stream().wait_stream(stream)
        captured = torch.cuda.CUDAGraph()
        with torch.cuda.graph(captured):
            result = work()
        captured.results = result  # kept: the graph writes there
        return captured.replay

    return Later(make)


def forward_over_reverse(loss, parameters, u, groups):
    """A function that gives g [S], H [S, S] and order3 [S] by vmap over the groups of jvp of jvp of grad.

    loss: of a tuple of parameters; u: a direction, a tensor for each parameter; groups: of indices.
    """
    from torch.func import grad, jvp, vmap

    parameters = tuple(p.detach() for p in parameters)
    directions = []  # of every group, zero outside of it: a tensor [S, ...] for each parameter
    for i, v in enumerate(u):
        rows = torch.zeros((len(groups), *v.shape), dtype=v.dtype, device=v.device)
        rows[[s for s, group in enumerate(groups) if i in group]] = v
        directions.append(rows)

    def dot(a, b, indices):
        return sum((a[i] * b[i]).sum() for i in indices)

    def one(direction):
        first = lambda p: jvp(grad(loss), (p,), (direction,))
        (g, h), (_, third) = jvp(first, (parameters,), (direction,))
        every = range(len(u))
        row = torch.stack([dot(h, u, group) for group in groups])
        return dot(g, direction, every), row, dot(third, direction, every)

    return lambda: vmap(one)(tuple(directions))


def device_works(workload, forward):
    """By name. Where a work is compiled, it is so at its first use."""
    on_gpu = workload.x.is_cuda

    def functional():
        loss = lambda parameters: F.cross_entropy(forward(workload.layers, parameters, workload.x), workload.y)
        return forward_over_reverse(loss, workload.parameters, workload.u, workload.groups)

    works = {
        "gradient": workload.gradient,
        "summary order 3": lambda: workload.summary(3),
        "summary order 3, pruned": lambda: workload.summary(3, pruned=True),
        "summary order 3, forward over reverse": Later(functional),
        "summary order 3, forward over reverse, compiled": Later(lambda: torch.compile(functional())),
        "adam step": workload.step(torch.optim.Adam(workload.parameters, lr=1e-8)),
        "adam step, fused": Later(lambda: workload.step(torch.optim.Adam(workload.parameters, lr=1e-8, fused=True))),
        "sgd step": workload.step(torch.optim.SGD(workload.parameters, lr=1e-8)),
    }
    works["gradient, compiled"] = Later(lambda: compiled_gradient(workload, "default"))
    if not on_gpu:
        return works
    works["gradient, cuda graph"] = graph(workload.gradient)
    works["gradient, compiled with cuda graphs"] = Later(lambda: compiled_gradient(workload, "reduce-overhead"))
    works["summary order 3, cuda graph"] = graph(lambda: workload.summary(3))
    works["summary order 3, pruned, cuda graph"] = graph(lambda: workload.summary(3, pruned=True))
    works["summary order 3, forward over reverse, cuda graph"] = Later(lambda: graph(functional()))
    works["adam step, cuda graph"] = Later(lambda: graph(graph_step(workload)))
    return works


def compiled_gradient(workload, mode):
    loss = torch.compile(workload.loss, mode=mode)
    return lambda: torch.autograd.grad(loss(), workload.parameters)


def graph_step(workload):
    optimizer = torch.optim.Adam(workload.parameters, lr=1e-8, capturable=True)

    def run():
        gradients = workload.gradient()
        for p, g in zip(workload.parameters, gradients):
            p.grad = g
        optimizer.step()

    return run
