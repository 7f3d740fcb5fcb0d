"""How long a slice takes against one forward pass at as many points, in one run on one thread."""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"  # before NumPy reads them

import sys  # noqa: E402
from itertools import pairwise  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
from scipy import sparse  # noqa: E402

from hinges import Activation, Linear, Network  # noqa: E402
from hinges.analysis import Line, slice_along, sweep_features  # noqa: E402

sys.path.insert(0, str(Path(__file__).parent))
from _timing import best_seconds, row  # noqa: E402


def dense(*sizes: int) -> Network:
    rng = np.random.default_rng(0)
    weights = [rng.uniform(-1, 1, pair) / np.sqrt(pair[0]) for pair in pairwise(sizes)]
    biases = [rng.uniform(-1, 1, b) / np.sqrt(a) for a, b in pairwise(sizes)]
    return Network.dense(weights, biases)


def convolution(
    rng: np.random.Generator, inputs: int, channels: int, size: int, stride: int = 1
) -> tuple[sparse.csr_array, np.ndarray]:
    """A 3 x 3 convolution with a border of zeros, as a matrix, and its bias."""
    kernel = rng.normal(size=(inputs, channels, 3, 3)) * np.sqrt(2 / (9 * inputs))
    out = size // stride
    i, o, dy, dx, y, x = np.meshgrid(*(np.arange(n) for n in (inputs, channels, 3, 3, out, out)), indexing="ij")
    row, column = y * stride + dy - 1, x * stride + dx - 1
    inside = (row >= 0) & (row < size) & (column >= 0) & (column < size)
    entries = ((i * size + row) * size + column)[inside], ((o * out + y) * out + x)[inside]
    weights = kernel[i[inside], o[inside], dy[inside], dx[inside]]
    matrix = sparse.csr_array((weights, entries), shape=(inputs * size**2, channels * out**2))
    return matrix, np.repeat(0.1 * rng.normal(size=channels), out**2)


def residual(channels: int = 8, blocks: int = 2) -> Network:
    """3 x 32 x 32 inputs, a convolution of stride 2, residual blocks, a dense end of 100 units; ten outputs."""
    rng = np.random.default_rng(0)
    matrix, bias = convolution(rng, 3, channels, 32, 2)
    units = len(bias)
    nodes = [Linear((0,), (matrix,), bias, "stem"), Activation(1, "relu", units, "stem_relu")]
    for k in range(blocks):
        start = len(nodes)
        (first, b), (second, c) = (convolution(rng, channels, channels, 16) for _ in range(2))
        nodes += [
            Linear((start,), (first,), b, f"block_{k}_a"),
            Activation(start + 1, "relu", units, f"block_{k}_relu_a"),
            Linear((start + 2, start), (second, sparse.eye_array(units, format="csr")), c, f"block_{k}_b"),
            Activation(start + 3, "relu", units, f"block_{k}_relu_b"),
        ]
    wide = rng.normal(size=(units, 100)) / np.sqrt(units)
    nodes += [
        Linear((len(nodes),), (wide,), np.full(100, 0.1), "dense"),
        Activation(len(nodes) + 1, "relu", 100, "dense_relu"),
        Linear((len(nodes) + 2,), (rng.normal(size=(100, 10)) / 10,), np.zeros(10), "out"),
    ]
    return Network(tuple(nodes), 3072)


def against_forward(name: str, network: Network, line: Line, repeats: int = 7) -> None:
    found = slice_along(network, line)
    points = line.points(found.t)
    ours = best_seconds(lambda: slice_along(network, line), repeats)
    forward = best_seconds(lambda: network(points), repeats)
    what = f"{name}, {len(found.owners)} kinks, {found.certificate.unresolved} open"
    row(f"{what}, against a forward pass", ours / forward)
    row(f"{what}", ours * 1e3, "ms")


def main() -> None:
    rng = np.random.default_rng(1)
    for sizes in ((2, 12, 12, 1), (2, 64, 64, 64, 1), (784, 128, 10), (64, 256, 256, 256, 10)):
        network = dense(*sizes)
        a, b = rng.uniform(-1, 2, (2, sizes[0]))
        against_forward("-".join(map(str, sizes)), network, Line.between(a, b), 25)
    for width, depth in ((256, 8), (1024, 4)):
        network = dense(784, *(width,) * depth, 10)
        a, b = rng.uniform(0, 1, (2, 784))
        against_forward(f"784-{width}x{depth}-10", network, Line.between(a, b))
    network = residual()
    a = rng.uniform(size=3072)
    against_forward("residual net of 3x32x32", network, Line.between(a, a + 0.2 * rng.normal(size=3072)), 2)
    network, point = dense(784, 128, 10), rng.uniform(size=784)
    row("784-128-10, all 784 features swept", best_seconds(lambda: sweep_features(network, point), 3), "s")


if __name__ == "__main__":
    main()
