"""PyTorch's side of K-FAC, Shampoo and L-BFGS: plain implementations on torch's own operations, checked by
`peers.py --check` against the reference trajectories. torch 1.13 has only the last.

Layers are those of peers.py; `forward(layers, parameters, x, record)` puts (kind, arguments, input, output) of each layer with
parameters into record.
"""
import itertools
import math

import torch
import torch.nn.functional as F


class KFac:
    """Martens & Grosse (2015), Grosse & Martens (2016) in the scaling of KFAC-Pytorch: rows a = (input, 1), g = the adjoint of
    the mean loss; A = a^T a / N, G = N g^T g; a convolution's rows are its patches, a divided and g multiplied by their number.
    Labels of G are drawn from the model. inverse: "eigen" damps the product of the eigenvalues; "cholesky" the factors, by pi.
    start: the average begins with the identity, or with the first sample (weight min(1 - 1/k, decay))."""

    def __init__(self, layers, parameters, forward, lr, inverse="cholesky", start="sample", momentum=0.9, stat_decay=0.95,
                 damping=0.03, kl_clip=0.001, weight_decay=0.0, t_cov=10, t_inv=100):
        self.__dict__.update(locals())
        self.a, self.g, self.roots = [], [], []
        self.buffer = [torch.zeros_like(p) for p in parameters]
        self.steps = self.samples = 0

    def step(self, x, y, labels=None):
        record = []
        outputs = self.forward(self.layers, self.parameters, x, record)
        loss = F.cross_entropy(outputs, y)
        if self.steps % self.t_cov == 0:
            if labels is None:
                labels = torch.multinomial(torch.softmax(outputs.detach(), 1), 1).squeeze(1)
            drawn = F.cross_entropy(outputs, labels)
            self.observe(record, torch.autograd.grad(drawn, [layer[3] for layer in record], retain_graph=True))
        gradients = torch.autograd.grad(loss, self.parameters)
        if self.steps % self.t_inv == 0:
            self.roots = [self.inverted(a, g) for a, g in zip(self.a, self.g)]
        with torch.no_grad():
            self.move(gradients)
        self.steps += 1
        return loss

    @torch.no_grad()
    def observe(self, record, adjoints):
        self.samples += 1
        keep = self.stat_decay if self.start == "identity" else min(1 - 1 / self.samples, self.stat_decay)
        for i, ((kind, arguments, inputs, _), adjoint) in enumerate(zip(record, adjoints)):
            examples, positions = len(inputs), 1
            if kind == "conv2d":
                inputs = F.unfold(inputs, arguments[2], padding=arguments[3])
                positions = inputs.shape[2]
                inputs = inputs.transpose(1, 2).reshape(examples * positions, -1)
                adjoint = adjoint.flatten(2).transpose(1, 2).reshape(examples * positions, -1)
            rows = torch.cat([inputs, inputs.new_ones(len(inputs), 1)], 1)
            a = rows.t() @ rows / (examples * positions**2)
            g = adjoint.t() @ adjoint * (examples * positions)
            if len(self.a) <= i:
                self.a.append(torch.eye(len(a), dtype=a.dtype))
                self.g.append(torch.eye(len(g), dtype=g.dtype))
            self.a[i].mul_(keep).add_(a, alpha=1 - keep)
            self.g[i].mul_(keep).add_(g, alpha=1 - keep)

    @torch.no_grad()
    def inverted(self, a, g):
        if self.inverse == "eigen":
            values_a, vectors_a = torch.linalg.eigh(a)
            values_g, vectors_g = torch.linalg.eigh(g)
            values_a, values_g = values_a * (values_a > 1e-10), values_g * (values_g > 1e-10)
            return vectors_a, vectors_g, torch.outer(values_g, values_a) + self.damping
        pi = self.pi(a, g)
        root = math.sqrt(self.damping)
        return tuple(torch.cholesky_inverse(torch.linalg.cholesky(m + shift * torch.eye(len(m), dtype=m.dtype)))
                     for m, shift in ((a, pi * root), (g, root / pi)))

    @staticmethod
    def pi(a, g):
        return math.sqrt(float(a.trace() / len(a) / (g.trace() / len(g))))

    def move(self, gradients):
        natural, size = [], 0.0
        for i, root in enumerate(self.roots):
            weight, bias = gradients[2 * i], gradients[2 * i + 1]
            whole = torch.cat([weight.flatten(1), bias[:, None]], 1)
            if self.inverse == "eigen":
                made = root[1] @ ((root[1].t() @ whole @ root[0]) / root[2]) @ root[0].t()
            else:
                made = root[1] @ whole @ root[0]
            size += float((made * whole).sum())
            natural += [made[:, :-1].reshape(weight.shape), made[:, -1]]
        nu = min(1.0, math.sqrt(self.kl_clip / (self.lr**2 * size))) if size > 0 else 1.0
        for parameter, buffer, direction in zip(self.parameters, self.buffer, natural):
            buffer.mul_(self.momentum).add_(direction, alpha=nu)
            if self.weight_decay and self.steps >= 20 * self.t_cov:
                buffer.add_(parameter, alpha=self.weight_decay)
            parameter.sub_(buffer, alpha=self.lr)


class Shampoo:
    """Gupta, Koren & Singer (2018): H_i += G_(i) G_(i)^T from epsilon I, the direction is G times H_i^(-1/2k) along each of the k
    axes; roots every `period` steps, by eigenvectors. Axes longer than `block` are cut into nearly equal blocks (Anil et al.
    2020)."""

    def __init__(self, parameters, lr, epsilon=1e-4, period=20, momentum=0.9, block=1024):
        self.__dict__.update(locals())
        self.steps = 0
        self.blocks = [[self.Block(cut, part.shape, epsilon, part.dtype) for cut, part in self.cuts(p)] for p in parameters]
        self.buffer = [torch.zeros_like(p) for p in parameters]

    class Block:
        def __init__(self, cut, shape, epsilon, dtype):
            self.cut = cut
            self.factors = [epsilon * torch.eye(n, dtype=dtype) for n in shape]
            self.roots = []

        def direction(self, gradient, refreshes, epsilon):
            axes = gradient.dim()
            for i, factor in enumerate(self.factors):
                flat = gradient.movedim(i, 0).flatten(1) if axes > 1 else gradient[:, None]
                factor.addmm_(flat, flat.t())
            if refreshes:
                self.roots = [self.root(f, -1 / (2 * axes), epsilon) for f in self.factors]
            for i, root in enumerate(self.roots):
                gradient = torch.tensordot(gradient, root, ([0], [0]))  # the axis it takes from the front comes last
            return gradient

        @staticmethod
        def root(factor, power, epsilon):
            values, vectors = torch.linalg.eigh(factor)
            return (vectors * values.clamp(min=epsilon)**power) @ vectors.t()

    def cuts(self, parameter):
        """(index, block) for each block of a tensor."""
        axes = []
        for n in parameter.shape:
            pieces = -(-n // self.block)
            ends = [n * i // pieces for i in range(pieces + 1)]
            axes.append([slice(a, b) for a, b in zip(ends, ends[1:])])
        return [(cut, parameter.detach()[cut]) for cut in itertools.product(*axes)]

    @torch.no_grad()
    def step(self, gradients):
        refreshes = self.steps % self.period == 0
        for parameter, gradient, blocks, buffer in zip(self.parameters, gradients, self.blocks, self.buffer):
            buffer.mul_(self.momentum)
            for block in blocks:
                buffer[block.cut] += block.direction(gradient[block.cut], refreshes, self.epsilon)
            parameter.sub_(buffer, alpha=self.lr)
        self.steps += 1


def lbfgs(parameters, lr, **options):
    """torch's, one iteration a step, that does not stop where the gradient or the step is small."""
    options = {"history_size": 10, "tolerance_grad": 0, "tolerance_change": 0, **options}
    return torch.optim.LBFGS(parameters, lr=lr, max_iter=1, **options)
