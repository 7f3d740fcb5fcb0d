"""The named examples."""

from collections.abc import Callable

import numpy as np

from hinges import _arrays
from hinges.data._dataset import Dataset
from hinges.data._images import digits, fashion_mnist

SPIRAL_ARMS, SPIRAL_POINTS = 3, 100
NILE_FIRST_YEAR = 1871
# Annual flow of the Nile at Aswan, 1871-1970, in 1e8 cubic metres (Cobb 1978, Biometrika 65, 243-251; public domain).
NILE = """
1120 1160 963 1210 1160 1160 813 1230 1370 1140 995 935 1110 994 1020 960 1180 799 958 1140 1100 1210 1150 1250 1260
1220 1030 1100 774 840 874 694 940 833 701 916 692 1020 1050 969 831 726 456 824 702 1120 1100 832 764 821
768 845 864 862 698 845 744 796 1040 759 781 865 845 944 984 897 822 1010 771 676 649 846 812 742 801
1040 860 874 848 890 744 749 838 1050 918 986 797 923 975 815 1020 906 901 1170 912 746 919 718 714 740
"""


def _sine() -> Dataset:
    x = np.random.default_rng(0).uniform(0, 10, 150)
    return Dataset(x, np.sin(x))


def _relu_lab() -> Dataset:
    return Dataset([0, 1, 2, 3], [2, 0, 1, 4])


def _nile() -> Dataset:
    flow = np.array(NILE.split(), dtype=np.float64)
    return Dataset(NILE_FIRST_YEAR + np.arange(len(flow)), flow, names=("year", "flow"))


def _spiral() -> Dataset:
    """Give three arms of a spiral, each with 100 points and some scatter along the turn."""
    rng = np.random.default_rng(0)
    radius = np.linspace(0, 1, SPIRAL_POINTS)
    turns = [np.linspace(4 * arm, 4 * arm + 4, SPIRAL_POINTS) for arm in range(SPIRAL_ARMS)]
    angles = [2.5 * (turn + 0.2 * rng.standard_normal(SPIRAL_POINTS)) for turn in turns]
    x = np.concatenate([np.column_stack([radius * np.sin(angle), radius * np.cos(angle)]) for angle in angles])
    return Dataset(x, np.repeat(np.arange(SPIRAL_ARMS), SPIRAL_POINTS), names=("x0", "x1", "class"))


_EXAMPLES: dict[str, Callable[[], Dataset]] = {
    "sine": _sine,
    "relu-lab": _relu_lab,
    "nile": _nile,
    "spiral": _spiral,
    "digits": digits,
    "fashion-mnist": fashion_mnist,
}


def examples() -> tuple[str, ...]:
    """Give the names of the examples.

    >>> examples()
    ('sine', 'relu-lab', 'nile', 'spiral', 'digits', 'fashion-mnist')
    """
    return tuple(_EXAMPLES)


def example(name: str) -> Dataset:
    """Give the example of this name.

    - `sine`: 150 points of sin x, x uniform on [0, 10] (seed 0): the data that ReLU is said not to fit.
    - `relu-lab`: the four corners of -2x + 2 | x - 1 | 3x - 5 on [0, 3].
    - `nile`: the annual flow of the Nile at Aswan, 1871-1970, in 1e8 cubic metres.
    - `spiral`: 300 points of the plane on three arms of a spiral (seed 0); y is the arm: 0, 1 or 2.
    - `digits`: 1,797 handwritten digits of 8 x 8 pixels from 0 to 1; y is the digit. Needs the extra `sklearn`.
    - `fashion-mnist`: the 60,000 training images, 28 x 28 pixels from 0 to 1; y is the class. Read from IDX files in
      ~/.cache/hinges/fashion-mnist, else fetched from OpenML through the extra `sklearn`.

    Raises:
        InvalidInputError: there is no such example, or its files cannot be had.
        MissingExtraError: the extra it needs is not installed.

    >>> example("nile").y.mean().round(2)
    np.float64(919.35)
    """
    return _EXAMPLES[_arrays.choice(name, "name", examples())]()
