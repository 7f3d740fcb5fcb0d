"""Healthy networks: nothing is to blame, however odd some look."""

from dataclasses import replace

import numpy as np
import zoo_data as rows
from zoo_samples import Sample
from zoo_training import Recipe

from hinges import Best, Dataset, Training, example

POLISHED = Training(polish="repair")
WIDE = Recipe(hidden=(32,), init="spread", standardize="xy", rate=1e-2, cosine=True, epochs=800)
SMOOTH = replace(WIDE, hidden=(12,), activation="tanh", init="torch", epochs=1500)


def _straight():
    x = np.linspace(-3, 4, 80)
    return Dataset(x, 2 * x + 1)


def _between_zero_and_one():
    x = np.linspace(-3, 3, 150)
    return Dataset(x, 1 / (1 + np.exp(-2 * x)) * 0.8 + 0.1)


def _constant():
    return Dataset(np.linspace(0, 10, 60), np.full(60, 4.0))


def _ramp():
    x = np.linspace(0, 5, 60)
    return Dataset(x, np.maximum(0, 1.5 * (x - 2)))


def _point():
    return Dataset([2.0], [3.0])


def _with_a_gap():
    x = rows.sine().x[:, 0]
    x = x[(x < 4) | (x > 6.5)]
    return Dataset(x, np.sin(x))


def _with_ignored_outliers():
    data = rows.spoilt()()
    weights = np.ones(150)
    weights[[12, 70, 111]] = 0.0
    return Dataset(data.x, data.y, weights)


def _plane():
    data = rows.saddle()
    return Dataset(data.x, data.x @ [2.0, -1.0] + 0.5)


CONTROLS = (
    Sample("good-sine", "Ten units, repaired: near the least error that ten can have.", (), rows.sine, POLISHED),
    Sample("good-sine-recipe", "Twenty units by the library's own recipe.", (), rows.sine, Training(hidden=(20,))),
    Sample("good-sine-tanh", "Twelve tanh units.", (), rows.sine, SMOOTH),
    Sample(
        "good-sine-softplus",
        "Sixteen softplus units.",
        (),
        rows.sine,
        replace(SMOOTH, hidden=(24,), activation="softplus", rate=3e-2, epochs=4000),
    ),
    Sample("good-leaky", "Thirty-two leaky units.", (), rows.sine, replace(WIDE, activation="leaky_relu")),
    Sample("straight-line", "A line needs no kink: what its units do is nobody's business.", (), _straight, POLISHED),
    Sample(
        "linear-on-purpose",
        "No activation, and none is missing: the targets are a plane.",
        (),
        _plane,
        Recipe(hidden=(4,), activation="linear", rate=1e-2, cosine=True, epochs=400),
    ),
    Sample(
        "repeats-at-their-noise",
        "Twenty x with ten noisy values each: nothing can be better than their means.",
        ("noisy-repeats",),
        rows.repeated_sine,
        replace(WIDE, hidden=(16,)),
    ),
    Sample(
        "repeated-steps-at-their-noise",
        "Eight x with twenty-five noisy values each.",
        ("noisy-repeats",),
        rows.repeated_steps,
        Training(hidden=(8,), polish="repair"),
    ),
    Sample(
        "noisy-sine",
        "What is left of a noisy sine is its noise.",
        (),
        rows.noisy_sine,
        Training(hidden=(8,), polish="repair"),
    ),
    Sample(
        "relu-output-above-zero",
        "A relu after the last layer, and targets that are never below 0.",
        (),
        rows.absolute,
        Recipe(hidden=(16,), output="relu", rate=5e-3, cosine=True, epochs=600, seed=1),
    ),
    Sample(
        "sigmoid-output-of-shares",
        "A sigmoid after the last layer, and targets between 0.1 and 0.9.",
        (),
        _between_zero_and_one,
        Recipe(hidden=(8,), activation="tanh", output="sigmoid", rate=1e-2, cosine=True, epochs=600),
    ),
    Sample("constant-target", "Every target is 4, and so is every prediction.", (), _constant, WIDE),
    Sample("one-unit", "A ramp and one unit.", (), _ramp, Best(units=1)),
    Sample("one-point", "One row, met exactly.", (), _point, Recipe(hidden=(3,), rate=1e-2, epochs=2000, cosine=True)),
    Sample(
        "relu-lab",
        "Four corners and the three pieces through them: exact, on purpose.",
        (),
        lambda: example("relu-lab"),
        Best(pieces=3),
    ),
    Sample("good-saddle", "Two inputs, tanh.", (), rows.saddle, replace(SMOOTH, hidden=(16,))),
    Sample(
        "good-hill",
        "Two inputs, forty-eight relu units.",
        (),
        rows.hill(),
        replace(WIDE, hidden=(48,), init="torch", epochs=1200),
    ),
    Sample(
        "good-three-waves", "Three outputs.", (), rows.three_waves, replace(WIDE, hidden=(80,), rate=2e-2, epochs=2500)
    ),
    Sample("good-circle", "Two outputs, tanh.", (), rows.circle, SMOOTH),
    Sample("good-deep", "Two hidden layers.", (), rows.sine, replace(WIDE, hidden=(20, 20), init="torch")),
    Sample(
        "good-deep-plane",
        "Two inputs and two hidden layers.",
        (),
        rows.hill(),
        replace(WIDE, hidden=(24, 24), init="torch", epochs=600),
    ),
    Sample(
        "good-ring",
        "Classes inside and outside of a circle, all right.",
        (),
        rows.ring_classes,
        Recipe(hidden=(24,), rate=2e-2, cosine=True, epochs=600, loss="cross-entropy"),
        loss="cross-entropy",
    ),
    Sample(
        "good-blobs",
        "Three clouds that can be told apart.",
        (),
        rows.blobs,
        Recipe(hidden=(8,), rate=1e-2, epochs=300, loss="cross-entropy"),
        loss="cross-entropy",
    ),
    Sample("good-thirty-to-fifty", "x in 30..50, trained on standardised columns.", (), rows.thirty_to_fifty, WIDE),
    Sample(
        "good-years",
        "Calendar years, trained on standardised columns.",
        (),
        rows.years,
        Training(hidden=(12,), polish="repair"),
    ),
    Sample("good-prices", "Targets about 30,000, trained on standardised columns.", (), rows.prices, WIDE),
    Sample(
        "gap-in-x",
        "No rows between 4 and 6.5: the rest is met, the gap is worth a note.",
        ("gaps",),
        _with_a_gap,
        POLISHED,
    ),
    Sample(
        "constant-column-at-rest",
        "A constant column, trained without it counting.",
        ("constant-columns",),
        rows.constant_column,
        replace(WIDE, hidden=(24,), init="torch", epochs=1200),
    ),
    Sample(
        "outliers-that-do-not-count",
        "Three outliers of weight 0.",
        (),
        _with_ignored_outliers,
        Training(hidden=(8,), polish="repair"),
    ),
    Sample("good-parabola", "A parabola with thirty-two units.", (), rows.parabola(-10, 10), WIDE),
    Sample(
        "good-run-with-record",
        "A run that ended well, with its record.",
        (),
        rows.bumps,
        replace(WIDE, hidden=(40,), rate=2e-2, epochs=2500),
        history=True,
    ),
)
