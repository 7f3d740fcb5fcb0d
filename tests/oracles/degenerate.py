"""Small networks in degenerate position, by family: where signs are zero on the very points that matter."""

from itertools import pairwise

import numpy as np

from hinges import Network

WIDTHS = (8, 8)


def _plain(rng, inputs=2, widths=WIDTHS):
    sizes = [inputs, *widths, 1]
    weights = [rng.normal(size=(a, b)) / np.sqrt(a) for a, b in pairwise(sizes)]
    return weights, [0.5 * rng.normal(size=b) for b in sizes[1:]]


def zero_bias(rng, inputs=2):
    """As every Keras network starts: all first kinks pass through the origin."""
    weights, biases = _plain(rng, inputs)
    return Network.dense(weights, [0 * b for b in biases])


def duplicate(rng, inputs=2):
    """Units that are equal, or equal up to a power of two, in both layers."""
    weights, biases = _plain(rng, inputs)
    for w, b in zip(weights[:-1], biases[:-1], strict=True):
        w[:, 1], b[1] = w[:, 0], b[0]
        w[:, 3], b[3] = 4 * w[:, 2], 4 * b[2]
    return Network.dense(weights, biases)


def antiparallel(rng, inputs=2):
    """Units that are the negative of another: one kink, opposite sides."""
    weights, biases = _plain(rng, inputs)
    for w, b in zip(weights[:-1], biases[:-1], strict=True):
        for i in (0, 2, 4):
            w[:, i + 1], b[i + 1] = -w[:, i], -b[i]
    return Network.dense(weights, biases)


def grid(rng, inputs=2):
    """Weights that are multiples of 1/4: kinks meet in threes and more."""
    sizes = [inputs, *WIDTHS, 1]
    weights = [rng.integers(-4, 5, size=(a, b)) / 4 for a, b in pairwise(sizes)]
    return Network.dense(weights, [rng.integers(-4, 5, size=b) / 4 for b in sizes[1:]])


def thirds(rng, inputs=2):
    """Weights k/3 rounded to float64: almost, but not quite, on a grid."""
    sizes = [inputs, *WIDTHS, 1]
    weights = [rng.integers(-3, 4, size=(a, b)) / 3 for a, b in pairwise(sizes)]
    return Network.dense(weights, [rng.integers(-3, 4, size=b) / 3 for b in sizes[1:]])


def border(rng, inputs=2):
    """First kinks along the border of [-1, 1]^inputs and through its corners."""
    weights, biases = _plain(rng, inputs)
    w, b = weights[0], biases[0]
    w[:, :4] = 0.0
    for i in range(4):  # along the sides x0 = 1, x0 = -1, x1 = 1, x1 = -1
        w[(i // 2) % inputs, i] = 1.0
        b[i] = (-1.0) ** i
    for i in range(4, 7):  # through a corner
        corner = rng.choice([-1.0, 1.0], size=inputs)
        w[:, i] = rng.integers(-8, 9, size=inputs) / 8
        b[i] = -float(w[:, i] @ corner)
    return Network.dense(weights, biases)


def dead(rng, inputs=2):
    """Units that are off or on everywhere, units without weights, and a second layer that hears only the dead."""
    weights, biases = _plain(rng, inputs)
    biases[0][0], biases[0][1] = -100.0, 100.0
    weights[0][:, 2], biases[0][2] = 0.0, 0.0
    weights[0][:, 3], biases[0][3] = 0.0, -1.0
    weights[1][1:, 0], biases[1][0] = 0.0, 0.0  # identically zero: it hears unit 0 alone
    weights[1][:, 1], biases[1][1] = 0.0, 0.0
    weights[1][:, 2], biases[1][2] = np.where(np.arange(8) == 4, 1.0, 0.0), 0.0  # a copy of a hidden unit
    return Network.dense(weights, biases)


def constant(rng, inputs=2):
    """Units that do not change along the first axis, some of them zero on all of an axis."""
    weights, biases = _plain(rng, inputs)
    weights[0][0, :5] = 0.0
    biases[0][:3] = 0.0
    return Network.dense(weights, biases)


FAMILIES = {
    family.__name__: family for family in (zero_bias, duplicate, antiparallel, grid, thirds, border, dead, constant)
}
