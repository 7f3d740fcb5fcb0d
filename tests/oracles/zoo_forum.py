"""Questions as people ask them, trained as they train: Keras's or torch's defaults, Adam at 1e-3, nothing scaled.

More than one thing is often wrong. A kind counts as right if mending it alone brings at least half of what the best
single remedy brings, on the scale of orders of magnitude, or if it is another name of the same fact.
"""

from dataclasses import replace

import numpy as np
import zoo_data as rows
from zoo_samples import Sample
from zoo_training import Recipe

from hinges import Dataset, Training


def fourth_power():
    x = np.linspace(-5, 5, 200)
    return Dataset(x, x**4)


def times_itself():
    x = np.linspace(-10, 10, 300)
    return Dataset(x, x * np.sin(x))


def line_with_noise():
    x = np.linspace(0, 1, 100)
    return Dataset(x, 3 * x + 1 + 0.1 * np.random.default_rng(80).standard_normal(100))


def prices_by_year():
    x = np.arange(1990.0, 2021.0)
    return Dataset(x, 1e5 + 6e3 * (x - 1990) + 2e4 * np.sin((x - 1990) / 4))


def xor():
    return Dataset([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])


def time_index():
    x = np.arange(500.0)
    return Dataset(x, np.sin(x / 40))


def flowers():
    rng = np.random.default_rng(81)
    middles = np.array([[5.0, 3.4, 1500.0], [5.9, 2.8, 1520.0], [6.6, 3.0, 1540.0]])
    x = np.concatenate([m + rng.standard_normal((50, 3)) * [0.3, 0.3, 40.0] for m in middles])
    return Dataset(x, np.repeat([0.0, 1, 2], 50))


def temperature_by_day():
    x = np.arange(365.0)
    return Dataset(x, 12 + 9 * np.sin((x - 100) * 2 * np.pi / 365) + np.random.default_rng(82).standard_normal(365))


KERAS = Recipe(init="keras", rate=1e-3)
TORCH = Recipe(init="torch", rate=1e-3, batch=None)
STEPS = ("too-few-steps", "not-stationary")
SILENT, UNLUCKY = 6, 0  # starts that go wrong in the way described

FORUM = (
    Sample(
        "forum-parabola",
        "`y = x*x` on [-10, 10], Dense(64), 200 epochs: targets up to 100, and 1,400 steps of 0.001.",
        ("scale", "learning-rate", *STEPS),
        rows.parabola(-10, 10),
        replace(KERAS, hidden=(64,), epochs=200),
        replace(KERAS, hidden=(64,), standardize="xy", epochs=200),
    ),
    Sample(
        "forum-parabola-to-100",
        "`y = x*x` on [0, 100]: targets up to 10,000, and every kink left of the data.",
        ("scale", "kinks-outside-data"),
        rows.parabola(0, 100),
        replace(KERAS, hidden=(64,), epochs=300),
        replace(KERAS, hidden=(64,), standardize="xy", epochs=300),
    ),
    Sample(
        "forum-fourth-power",
        "`y = x**4` on [-5, 5]: targets up to 625 after 1,400 steps of 0.001.",
        ("scale", "learning-rate", *STEPS),
        fourth_power,
        replace(KERAS, hidden=(32,), epochs=200),
        replace(KERAS, hidden=(32,), standardize="xy", epochs=200),
    ),
    Sample(
        "forum-wide-sine",
        "sin on [-20, 20], Dense(64): all 64 kinks are within half a unit of 0.",
        ("kinks-coincide",),
        rows.wide_sine,
        replace(KERAS, hidden=(64,), epochs=200),
        Training(hidden=(64,)),
    ),
    Sample(
        "forum-sine-to-100",
        "sin on [0, 100], Dense(64): the kinks are at 0, and sixteen periods lie to the right.",
        ("kinks-outside-data", "scale"),
        rows.sine_from(0, 100, 600),
        replace(KERAS, hidden=(64,), epochs=100),
        Training(hidden=(64,)),
    ),
    Sample(
        "forum-thirty-to-fifty",
        "x in 30..50, Dense(10): no kink ever comes near the data.",
        ("kinks-outside-data", "scale"),
        rows.thirty_to_fifty,
        replace(KERAS, hidden=(10,), epochs=500),
        replace(KERAS, hidden=(10,), init="spread", epochs=500),
    ),
    Sample(
        "forum-post",
        "Ten units on sin over [0, 10], 10,000 epochs, another start: one kink has come inside, nine are at 0.",
        ("kinks-outside-data",),
        rows.sine_training_rows,
        replace(Training.forum(), validation=0.0, seed=1),
        replace(Training.forum(), validation=0.0, kinks="stratified", seed=1),
    ),
    Sample(
        "forum-relu-output",
        'Two hidden layers and a relu at the end, on a sine: "it only learns the upper half".',
        ("output-range",),
        rows.sine,
        replace(TORCH, hidden=(64, 64), output="relu", batch=32, epochs=300, seed=1),
        replace(TORCH, hidden=(64, 64), batch=32, epochs=300, seed=1),
    ),
    Sample(
        "forum-stuck-at-zero",
        "A relu at the end whose own input is below 0 on every row: the loss does not move from the first epoch on.",
        ("output-range", "dead-units", "plateau"),
        rows.parabola(),
        replace(KERAS, hidden=(8,), output="relu", epochs=300, seed=SILENT),
        replace(KERAS, hidden=(8,), epochs=300, seed=SILENT),
    ),
    Sample(
        "forum-centre-not-edges",
        "`x*sin(x)` on [-10, 10], two layers of 64, 300 steps: the middle fits, the edges do not yet.",
        ("learning-rate", *STEPS),
        times_itself,
        replace(TORCH, hidden=(64, 64), epochs=300),
        replace(TORCH, hidden=(64, 64), epochs=5000),
    ),
    Sample(
        "forum-only-the-mean",
        'A line with noise, `y` of shape (n,) against (n, 1): "it only predicts the mean".',
        ("target-shape",),
        line_with_noise,
        replace(TORCH, hidden=(10,), epochs=3000, loss="broadcast"),
        replace(TORCH, hidden=(10,), epochs=3000),
    ),
    Sample(
        "forum-deep-sine",
        "Two layers of 64, torch's defaults, x in 0..10 as it is: bends up to x = 4, and is stuck.",
        ("plateau", "scale", "kinks-outside-data"),
        rows.sine,
        replace(TORCH, hidden=(64, 64), epochs=1500),
        replace(TORCH, hidden=(64, 64), standardize="x", epochs=1500),
    ),
    Sample(
        "forum-prices-by-year",
        "Prices of 100,000 and more by calendar year, nothing scaled.",
        ("scale", "kinks-outside-data"),
        prices_by_year,
        replace(KERAS, hidden=(64,), epochs=500),
        replace(KERAS, hidden=(64,), standardize="xy", epochs=500),
    ),
    Sample(
        "forum-house-prices",
        "Prices of 300,000 from area, rooms and age, 100 epochs, nothing scaled.",
        ("scale",),
        rows.house_prices,
        replace(KERAS, hidden=(64,), epochs=100),
        replace(KERAS, hidden=(64,), standardize="xy", epochs=100),
    ),
    Sample(
        "forum-xor",
        "XOR with two units, one of which is dead: the loss stops at a quarter or an eighth.",
        ("dead-units", "plateau"),
        xor,
        replace(KERAS, hidden=(2,), rate=1e-2, batch=None, epochs=2000, seed=UNLUCKY),
        replace(KERAS, hidden=(2,), rate=1e-2, batch=None, epochs=2000, starts=20),
    ),
    Sample(
        "forum-zeros",
        "Every weight starts at 0: no unit ever gets a gradient.",
        ("dead-units", "duplicate-units"),
        rows.bumps,
        replace(KERAS, hidden=(20,), init="zeros", epochs=300),
        replace(KERAS, hidden=(20,), epochs=300),
    ),
    Sample(
        "forum-time-index",
        "A slow wave over t = 0..499, Dense(32), 100 epochs: the kinks stay together at t = 0, the edge of the data.",
        ("kinks-outside-data", "kinks-coincide", "scale"),
        time_index,
        replace(KERAS, hidden=(32,), epochs=100),
        replace(KERAS, hidden=(32,), standardize="x", epochs=100),
    ),
    Sample(
        "forum-sigmoid-sine",
        "Ten sigmoid units, 200 epochs at 0.001 on sin over [0, 10].",
        ("learning-rate", *STEPS),
        rows.sine,
        replace(KERAS, hidden=(10,), activation="sigmoid", epochs=200),
        replace(KERAS, hidden=(10,), activation="sigmoid", rate=3e-2, cosine=True, epochs=4000),
    ),
    Sample(
        "forum-no-activation",
        "A parabola, two layers of ten, `activation` forgotten.",
        ("missing-activation",),
        rows.parabola(-1, 1),
        replace(KERAS, hidden=(10, 10), activation="linear", epochs=500),
        replace(KERAS, hidden=(10, 10), epochs=500),
    ),
    Sample(
        "forum-flowers",
        'Three classes from columns of 5, 3 and 1,500, nothing scaled: "accuracy stays at a third".',
        ("scale", "kinks-outside-data"),
        flowers,
        replace(KERAS, hidden=(16,), epochs=100, loss="cross-entropy"),
        replace(KERAS, hidden=(16,), standardize="x", epochs=100, loss="cross-entropy"),
        loss="cross-entropy",
    ),
    Sample(
        "forum-temperature",
        "Temperatures by day of the year, Dense(32), 100 epochs: the kinks stay together at day 0, the edge.",
        ("kinks-outside-data", "kinks-coincide", "scale"),
        temperature_by_day,
        replace(KERAS, hidden=(32,), epochs=100),
        replace(KERAS, hidden=(32,), standardize="xy", epochs=100),
    ),
)
