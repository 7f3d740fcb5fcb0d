# ruff: noqa: INP001 - a script, not part of a package
"""Trains the small networks that the station Trace shows, and writes them to web/stations/trace/trained.json.

    python tools/train_trace_networks.py

Softmax cross-entropy, all rows at once, Adam falling from 0.05 to 0 on a cosine in 4,000 steps, seeds 0 to 15; of the
16 networks the one with the most rows right is kept (of several, the one with the smallest loss), before its training
and after it, its numbers rounded to three decimals. The rounding keeps links short and numbers readable.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hinges import example

Floats = NDArray[np.float64]

OUT = Path(__file__).resolve().parents[1] / "web" / "stations" / "trace" / "trained.json"
CENTRES = ((-0.55, -0.35), (0.55, -0.4), (0.0, 0.6))
SEEDS, STEPS, RATE = 16, 4000, 0.05
Layers = list[Floats]


def blobs(each: int = 60) -> tuple[Floats, NDArray[np.int64]]:
    """Give three round clouds of points in sunflower order; the page has the same formula."""
    rows: list[tuple[float, float]] = []
    for x, y in CENTRES:
        for i in range(each):
            radius = 0.16 * math.sqrt(-2 * math.log(1 - (i + 0.5) / each))
            angle = 2.399963229728653 * i
            rows.append((x + radius * math.cos(angle), y + radius * math.sin(angle)))
    return np.array(rows), np.repeat(np.arange(3), each)


def start(units: int, rng: np.random.Generator) -> Layers:
    """Give He-normal weights and biases uniform on +-0.5, so that the units' edges lie apart."""
    return [
        rng.normal(0, 1, (2, units)),
        rng.uniform(-0.5, 0.5, units),
        rng.normal(0, math.sqrt(2 / units), (units, 3)),
        np.zeros(3),
    ]


def outputs(layers: Layers, x: Floats) -> tuple[Floats, Floats]:
    """Give the hidden activations and the logits, a row for each point."""
    hidden = np.maximum(0, x @ layers[0] + layers[1])
    return hidden, hidden @ layers[2] + layers[3]


def gradients(layers: Layers, x: Floats, labels: NDArray[np.int64]) -> tuple[float, Layers]:
    """Give the mean cross-entropy and its derivatives."""
    hidden, logits = outputs(layers, x)
    logits = logits - logits.max(axis=1, keepdims=True)
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    rows = np.arange(len(x))
    loss = -float(np.mean(np.log(chances[rows, labels])))
    chances[rows, labels] -= 1
    out = chances / len(x)
    back = (out @ layers[2].T) * (hidden > 0)
    return loss, [x.T @ back, back.sum(0), hidden.T @ out, out.sum(0)]


def trained(x: Floats, labels: NDArray[np.int64], units: int, seed: int) -> tuple[float, float, Layers, Layers]:
    """Give the share of rows right, the loss, and the layers after all steps of Adam and before the first."""
    first = start(units, np.random.default_rng(seed))
    layers = [each.copy() for each in first]
    mean = [np.zeros_like(each) for each in layers]
    square = [np.zeros_like(each) for each in layers]
    for step in range(1, STEPS + 1):
        rate = RATE * 0.5 * (1 + math.cos(math.pi * step / STEPS))
        _, slopes = gradients(layers, x, labels)
        for k, slope in enumerate(slopes):
            mean[k] = 0.9 * mean[k] + 0.1 * slope
            square[k] = 0.999 * square[k] + 0.001 * slope**2
            layers[k] = layers[k] - rate * (mean[k] / (1 - 0.9**step)) / (np.sqrt(square[k] / (1 - 0.999**step)) + 1e-7)
    layers = rounded(layers)
    loss, _ = gradients(layers, x, labels)
    return float(np.mean(outputs(layers, x)[1].argmax(axis=1) == labels)), loss, layers, rounded(first)


def rounded(layers: Layers) -> Layers:
    """Give the layers with three decimals, and no -0."""
    return [np.round(each, 3) + 0.0 for each in layers]


def written(layers: Layers) -> dict[str, object]:
    """Give the layers as the page reads them."""
    return {
        "weights": [layers[0].tolist(), layers[2].tolist()],
        "biases": [layers[1].tolist(), layers[3].tolist()],
    }


def main() -> None:
    """Train every network and write the file."""
    spiral = example("spiral")
    arms = (np.asarray(spiral.x), np.asarray(spiral.y)[:, 0].astype(np.int64))
    found: dict[str, object] = {}
    for name, rows, units in (
        ("spiral-3", arms, 3),
        ("spiral-8", arms, 8),
        ("spiral-24", arms, 24),
        ("spiral-64", arms, 64),
        ("blobs-3", blobs(), 3),
    ):
        runs = [trained(*rows, units, seed) for seed in range(SEEDS)]
        share, loss, layers, first = max(runs, key=lambda run: (run[0], -run[1]))
        sys.stdout.write(f"{name}: {share:.3f} right, loss {loss:.4f}\n")
        found[name] = {**written(layers), "start": written(first)}
    OUT.write_text(json.dumps(found, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
