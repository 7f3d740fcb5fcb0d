"""Cells of a plane through three images against one forward pass at as many points, in one process, one thread.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/cells.py [residual|pooling|all] [regions]

Prints for a residual and a pooling network on 3 x 32 x 32 inputs, both seeded, how long the cells of a window take,
with geometry and as a count alone, over the time of `network(x)` at as many points, and the largest memory.
"""

import resource
import sys
import time
from typing import Any

import numpy as np
from _timing import row

from hinges.analysis._cells import cells
from hinges.analysis._lowered import lowered
from hinges.interop._graph import Graph
from hinges.nets import Network

SHAPE = (3, 32, 32)


class Net(Graph):
    """A network with seeded weights, as PyTorch draws them."""

    def __init__(self, seed: int) -> None:
        super().__init__(SHAPE)
        self.rng = np.random.default_rng(seed)

    def draw(self, shape: tuple[int, ...]) -> tuple[Any, Any]:
        """Give weights, outputs first, and a bias."""
        bound = np.sqrt(1.0 / np.prod(shape[1:]))
        return self.rng.uniform(-bound, bound, shape) * 1.7, self.rng.uniform(-bound, bound, shape[0])

    def convolved(self, x: Any, channels: int, strides: int = 1) -> Any:
        """Give a 3 x 3 convolution."""
        weights, bias = self.draw((channels, x.shape[0], 3, 3))
        return self.conv(x, weights, bias, strides=strides, pads=1, name="conv")

    def relu(self, x: Any) -> Any:
        """Give its ReLU."""
        return self.activation(x, "relu", "relu")

    def ended(self, x: Any, *widths: int) -> Network:
        """Give the network that ends in dense layers."""
        x = x.with_index(x.index.reshape(-1))
        for width in widths:
            weights, bias = self.draw((width, x.index.size))
            x = self.dense(x, weights.T, bias, "dense")
            x = self.relu(x) if width != widths[-1] else x
        return self.finish(x)


def residual(seed: int = 0) -> Network:
    """Convolution, two residual blocks, two dense layers."""
    net = Net(seed)
    x = net.relu(net.convolved(net.input, 8, strides=2))
    for channels in (16, 16):
        y = net.convolved(net.relu(net.convolved(x, channels, strides=2)), channels)
        x = net.relu(net.add([(net.convolved(x, channels, strides=2), 1.0), (y, 1.0)], "add"))
    return net.ended(x, 100, 10)


def pooling(seed: int = 0) -> Network:
    """Two convolutions with ReLU and pooling each, two dense layers."""
    net = Net(seed)
    x = net.input
    for channels in (8, 16):
        x = net.max_pool(net.relu(net.convolved(x, channels)), (2, 2), strides=2, name="pool")
    return net.ended(x, 64, 10)


def images(seed: int = 0) -> list[Any]:
    """Three smooth random images in [0, 1]."""
    rng = np.random.default_rng(seed)
    waves = rng.normal(size=(3, 3, 8, 8))
    found = []
    for image in waves:
        smooth = np.kron(image, np.ones((4, 4)))
        found.append((1.0 / (1.0 + np.exp(-smooth))).ravel())
    return found


def window(a: Any, b: Any, c: Any, half: float) -> tuple[Any, tuple[float, float, float, float]]:
    """Give the rows origin, u, v and the bounds of a window about the middle of three points."""
    base = np.stack([a, b - a, c - a])
    return base, (1 / 3 - half, 1 / 3 + half, 1 / 3 - half, 1 / 3 + half)


def measured(name: str, network: Network, wanted: int) -> None:
    low = lowered(network).network
    (a, b, c), half = images(), 1e-3
    while True:
        rows, bounds = window(a, b, c, half)
        found = cells(low, rows, bounds, keep_geometry=False, linear=False, max_regions=4 * wanted)
        if found.activation >= wanted or half > 0.3:
            break
        half *= 1.4 if found.activation > wanted / 4 else 2.0
    start = time.process_time()
    counted = cells(low, rows, bounds, keep_geometry=False, max_regions=4 * wanted)
    count_seconds = time.process_time() - start
    start = time.process_time()
    whole = cells(low, rows, bounds, max_regions=4 * wanted)
    seconds = time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    points = np.random.default_rng(1).uniform(bounds[0], bounds[1], (whole.activation, 2))
    inputs = np.concatenate([np.ones((len(points), 1)), points], axis=1) @ rows
    start = time.process_time()
    network(inputs)
    forward = time.process_time() - start
    del inputs
    print(
        f"{name}: window {2 * half:.3g}, {whole.activation} activation and {whole.linear} linear regions, "
        f"{whole.exact} exact decisions, {whole.unresolved} open, {seconds:.3g} s; forward pass {forward:.3g} s"
    )
    assert counted.linear == whole.linear
    row(f"{name}: cells with geometry / forward pass at as many points", seconds / forward)
    row(f"{name}: cells counted / forward pass at as many points", count_seconds / forward)
    row(f"{name}: largest memory, the forward pass not counted", memory, "MB")


if __name__ == "__main__":
    which = sys.argv[1] if len(sys.argv) > 1 else "all"
    wanted = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    for name, make in (("residual", residual), ("pooling", pooling)):
        if which in (name, "all"):
            measured(name, make(), wanted)
