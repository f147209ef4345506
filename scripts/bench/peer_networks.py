"""The networks of the benchmark, for every peer.

A network is a list of layers, each (kind, arguments...); its parameters are a flat list weight0, bias0, weight1, ...
"""
import math



def dense(sizes, activation):
    layers = []
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        layers.append(("linear", inputs, outputs))
        if i + 2 < len(sizes):
            layers.append(("act", activation))
    return layers


def lenet():
    conv = [("conv2d", 3, 6, 5, 0), ("act", "tanh"), ("maxpool", 2), ("conv2d", 6, 16, 5, 0), ("act", "tanh"), ("maxpool", 2)]
    return conv + [("flatten",)] + dense([400, 120, 84, 10], "tanh")


def vgg11_prime():
    layers, channels = [], 3
    for width in (64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"):
        if width == "M":
            layers.append(("maxpool", 2))
        else:
            layers += [("conv2d", channels, width, 3, 1), ("act", "elu")]
            channels = width
    return layers + [("adaptive_avgpool", 1, 1), ("flatten",), ("linear", 512, 10)]


MODELS = {  # name: (layers, input shape, sigma_w)
    "mlp": (lambda: dense([784, 1024, 200, 100, 10], "tanh"), (784,), 1.0),
    "big-mlp": (lambda: dense([3072] + [1024] * 20 + [10], "elu"), (3072,), math.sqrt(2)),
    "very-big-mlp": (lambda: dense([3072] + [1024] * 100 + [10], "elu"), (3072,), math.sqrt(2)),
    "lenet": (lenet, (3, 32, 32), 1.0),
    "vgg11-prime": (vgg11_prime, (3, 32, 32), math.sqrt(2)),
}
