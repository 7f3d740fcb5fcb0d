"""What depth alone can do: the sawtooth with exponentially many teeth, and the square made of sawtooths."""

import numpy as np

from hinges import _arrays
from hinges.nets import Network

DEEPEST = 500  # 4**-depth is still a normal float64 number

# The tent map g(y) = 2 R(y) - 4 R(y - 1/2) takes [0, 1] up to 1 and back to 0. `BENDS` gives its two units.
TENT_MAP = np.array([2.0, -4.0])
BENDS = np.array([0.0, -0.5])


def sawtooth(depth: int) -> Network:
    """Give the network of `depth` hidden layers of two units that has 2**(depth - 1) teeth on [0, 1].

    It is the tent map g(y) = 2 R(y) - 4 R(y - 1/2), composed `depth` times: 0 at the even and 1 at the odd
    multiples of 2**-depth, straight in between. A network of one hidden layer needs 2**depth units for it.
    Exact: all weights are powers of two. Left of 0 it is 0; right of 1 nothing is promised.

    M. Telgarsky, Representation benefits of deep feedforward networks, 2015 (arXiv:1509.08101).

    Arguments:
        depth: hidden layers, at least 1.

    >>> sawtooth(2)([0.0, 0.25, 0.5, 0.75, 1.0])
    array([0., 1., 0., 1., 0.])
    """
    depth = _arrays.count(depth, "depth", maximum=DEEPEST)
    again = np.column_stack([TENT_MAP, TENT_MAP])
    weights = [np.ones((1, 2)), *[again] * (depth - 1), TENT_MAP[:, None]]
    return Network.dense(weights, [*[BENDS] * depth, [0.0]])


def square(depth: int) -> Network:
    """Give the network of `depth` hidden layers, at most three units wide, that is close to x**2 on [0, 1].

    It equals x**2 at the multiples of 2**-depth and is straight in between, so it lies above x**2 by at most
    4**-(depth + 1), reached in the middle of every piece. Exact as that function: all weights are powers of
    two. It is x minus the sawtooths of depth s = 1, 2, ... divided by 4**s: two units make the next tooth, the
    third carries the sum so far, which is never negative on [0, 1]. Left of 0 it is 0.

    D. Yarotsky, Error bounds for approximations with deep ReLU networks, 2017 (arXiv:1610.01145), section 3.1;
    there the sum is carried past the layers, here through them.

    Arguments:
        depth: hidden layers, at least 1.

    >>> square(3)([0.0, 0.25, 0.5, 1.0]).tolist(), float(square(3)([0.0625])[0] - 0.0625**2) == 4.0**-4
    ([0.0, 0.0625, 0.25, 1.0], True)
    """
    depth = _arrays.count(depth, "depth", maximum=DEEPEST)
    weights = [np.ones((1, 2))]
    for step in range(1, depth + 1):
        carried = [1.0, 0.0] if step == 1 else [0.0, 0.0, 1.0]  # in the first layer the sum is R(x) itself
        tooth = np.zeros(len(carried))
        tooth[:2] = TENT_MAP
        total = np.array(carried) - tooth / 4.0**step
        weights.append(np.column_stack([tooth, tooth, total]) if step < depth else total[:, None])
    return Network.dense(weights, [BENDS, *[np.append(BENDS, 0.0)] * (depth - 1), [0.0]])
