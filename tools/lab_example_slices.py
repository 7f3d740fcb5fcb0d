# ruff: noqa: INP001 - a script, not part of a package
"""Writes what the station Slices shows without Python: the digits with two networks, and many curves from one layer.

    python tools/lab_example_slices.py

`digits.bin` holds the 1,797 images as whole numbers from 0 to 16, their labels, and the weights of both built-in
networks, which are exact in float32. `many.bin` holds how well 64 units of one hidden layer hold K smooth curves:

- as K outputs of one input: kinks spaced evenly on [0, 1], output weights by least squares;
- as K directions of K inputs (curve i along input i, the other inputs at 0): 3,000 steps of Adam, once from kinks dealt
  out evenly to the directions and once from random directions, the output weights then by least squares, and the better
  of the two. That is an upper bound of what 64 units can do.

The error is the root mean square over all curves, each of which has size 1.
"""

import math
import sys
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hinges import example, load
from hinges.lab.questions import Frame

Floats = NDArray[np.float64]
Layer = tuple[Floats, Floats, Floats, Floats]  # weights in and biases, weights out and bias

OUT = Path(__file__).resolve().parents[1] / "web" / "stations" / "slices" / "examples"
NETWORKS = ("digits", "digits-standardized")
SCALE, SIDE = 16, 8

UNITS = 64
CURVES = (1, 2, 4, 8, 16, 32, 64)
SHOWN = 4  # curves of each, that the page draws
PLACES = np.linspace(0.0, 1.0, 129)
STEPS, RATE, ROWS = 3000, 1e-2, 512


def digits() -> Frame:
    """Give the images and the networks."""
    data = example("digits")
    pixels = np.asarray(data.x) * SCALE
    labels = np.asarray(data.y)[:, 0]
    arrays: list[NDArray[np.generic]] = [_whole(pixels), _whole(labels)]
    for name in NETWORKS:
        with resources.as_file(resources.files("hinges.lab") / "networks" / f"{name}.npz") as path:
            network = load(path)
        for w, b in zip(network.weights, network.biases, strict=True):
            arrays += [_single(w), _single(b)]
    return Frame({"scale": SCALE, "shape": [SIDE, SIDE]}, tuple(arrays))


def _whole(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    found = values.astype(np.uint8)
    assert np.array_equal(found, values)
    return found


def _single(values: Floats) -> NDArray[np.float32]:
    found = values.astype(np.float32)
    assert np.array_equal(found, values)
    return found


# ------------------------------------------------------------------------------------------------- many curves


def targets(count: int) -> Floats:
    """Give smooth curves through (0, 0), (count, places), each of size 1: sums of three sines (seed 0)."""
    rng = np.random.default_rng(0)
    sizes = rng.normal(0, 1, (max(CURVES), 3)) / (1.0, 2.0, 3.0)
    phases = rng.uniform(0, 2 * math.pi, (max(CURVES), 3))
    waves = np.sin(2 * math.pi * np.arange(1, 4)[:, None] * PLACES + phases[:count, :, None])
    curves = np.einsum("cm,cmp->cp", sizes[:count], waves)
    curves -= curves[:, :1]
    return curves / np.sqrt(np.mean(curves**2, axis=1, keepdims=True))


def with_best_outputs(w: Floats, b: Floats, x: Floats, y: Floats) -> tuple[Layer, float]:
    """Give the layer with the output weights of least squares, and its error."""
    hidden = np.column_stack((np.maximum(0.0, x @ w + b), np.ones(len(x))))
    out: Floats = np.asarray(np.linalg.lstsq(hidden, y, rcond=1e-10)[0], np.float64)
    return (w, b, out[:-1], out[-1]), float(np.sqrt(np.mean((hidden @ out - y) ** 2)))


def of_one_input(count: int) -> tuple[Layer, float]:
    """Give one layer of which every curve is an output."""
    w, b = np.ones((1, UNITS)), -np.arange(UNITS) / UNITS
    return with_best_outputs(w, b, PLACES[:, None], targets(count).T)


def along_directions(count: int) -> tuple[Layer, float]:
    """Give one layer of which every curve is a direction."""
    x = np.zeros((count, len(PLACES), count))
    x[np.arange(count), :, np.arange(count)] = PLACES
    x, y = x.reshape(-1, count), targets(count).reshape(-1, 1)
    rng = np.random.default_rng(1)
    unit = np.arange(UNITS)
    each = np.bincount(unit % count, minlength=count)
    dealt = np.zeros((count, UNITS))
    dealt[unit % count, unit] = 1.0
    shared = rng.normal(0, 1, (count, UNITS))
    kinks = rng.uniform(0, 1, UNITS)
    starts = ((dealt, -(unit // count) / each[unit % count]), (shared, -shared[unit % count, unit] * kinks))
    found = [with_best_outputs(w, b, x, y) for w, b in starts]
    found += [with_best_outputs(*_trained(layer, x, y), x, y) for layer, _ in found]
    return min(found, key=lambda each: each[1])


def _trained(layer: Layer, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Give weights in and biases after Adam on the mean squared error, the rate falling to 0 on a cosine."""
    numbers = list(layer)
    mean, square = [np.zeros_like(each) for each in numbers], [np.zeros_like(each) for each in numbers]
    rng = np.random.default_rng(2)
    for step in range(1, STEPS + 1):
        rows = rng.choice(len(x), min(ROWS, len(x)), replace=False)
        w, b, v, c = numbers
        z = x[rows] @ w + b
        hidden = np.maximum(0.0, z)
        out = 2.0 * (hidden @ v + c - y[rows]) / len(rows)
        back = (out @ v.T) * (z > 0)
        rate = RATE * 0.5 * (1 + math.cos(math.pi * step / STEPS))
        for k, slope in enumerate((x[rows].T @ back, back.sum(0), hidden.T @ out, out.sum(0))):
            mean[k] = 0.9 * mean[k] + 0.1 * slope
            square[k] = 0.999 * square[k] + 0.001 * slope**2
            move = (mean[k] / (1 - 0.9**step)) / (np.sqrt(square[k] / (1 - 0.999**step)) + 1e-8)
            numbers[k] = numbers[k] - rate * move
    return numbers[0], numbers[1]


def vertices(layer: Layer, direction: int, output: int) -> tuple[Floats, Floats]:
    """Give one curve of a layer on [0, 1] by its kinks and ends."""
    w, b, v, c = layer
    slope = w[direction]
    moving = slope != 0
    kinks = -b[moving] / slope[moving]
    x = np.unique(np.concatenate(([0.0, 1.0], kinks[(kinks > 0) & (kinks < 1)])))
    return x, np.maximum(0.0, np.outer(x, slope) + b) @ v[:, output] + c[output]


def many() -> Frame:
    """Give the errors for every number of curves, and some of the curves."""
    errors: tuple[list[float], list[float]] = ([], [])
    shown: list[int] = []
    curves: list[tuple[Floats, Floats]] = []
    for count in CURVES:
        outputs, directions = of_one_input(count), along_directions(count)
        sys.stdout.write(f"{count} curves: outputs {outputs[1]:.2g}, directions {directions[1]:.2g}\n")
        for kept, (_, error) in zip(errors, (outputs, directions), strict=True):
            kept.append(float(f"{error:.4g}"))
        for i, target in enumerate(targets(count)[:SHOWN]):
            shown.append(count)
            curves += [(PLACES, target), vertices(outputs[0], 0, i), vertices(directions[0], i, 0)]
    header = {"units": UNITS, "curves": list(CURVES), "outputs": errors[0], "directions": errors[1], "shown": shown}
    counts = np.array([len(x) for x, _ in curves], np.int32)
    x, y = (np.concatenate(each).astype(np.float32) for each in zip(*curves, strict=True))
    return Frame(header, (counts, x, y))


def main() -> None:
    """Write both files."""
    OUT.mkdir(exist_ok=True)
    for name, frame in (("digits", digits()), ("many", many())):
        content = frame.encoded({})
        (OUT / f"{name}.bin").write_bytes(content)
        sys.stdout.write(f"{name}.bin: {len(content):,} bytes\n")


if __name__ == "__main__":
    main()
