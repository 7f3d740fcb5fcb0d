"""Broken on purpose: too few units or steps, rates, noise learned by heart, outliers, rows beyond the training."""

from dataclasses import replace

import zoo_data as rows
from zoo_samples import Sample
from zoo_training import Recipe

from hinges import Best, Training

GOOD = Recipe(hidden=(20,), init="spread", standardize="xy", rate=1e-2, cosine=True, epochs=600)
POLISHED = Training(polish="repair")
CLASSES = Recipe(hidden=(16,), rate=2e-2, cosine=True, epochs=400, loss="cross-entropy")

TOO_FEW_UNITS = (
    Sample(
        "three-units-for-a-sine",
        "Three units, the best three that there are, for a wave that turns three times.",
        ("too-few-units",),
        rows.sine,
        Best(units=3),
        Best(units=12),
    ),
    Sample(
        "five-units-for-a-wide-sine",
        "Five units for six periods, trained well.",
        ("too-few-units",),
        rows.wide_sine,
        Training(hidden=(5,), polish="repair"),
        Training(hidden=(48,)),
    ),
    Sample(
        "three-units-for-a-hill",
        "Two inputs and three units: the best of twenty starts.",
        ("too-few-units",),
        rows.hill(-1, 1),
        Recipe(hidden=(3,), rate=2e-2, cosine=True, epochs=300, starts=20),
        Recipe(hidden=(48,), rate=1e-2, cosine=True, epochs=600),
    ),
    Sample(
        "two-and-two-units",
        "Two hidden layers of two units for a sine: the best of twenty starts.",
        ("too-few-units",),
        rows.sine,
        Recipe(hidden=(2, 2), standardize="xy", rate=2e-2, cosine=True, epochs=300, starts=20),
        Recipe(hidden=(20, 20), standardize="xy", rate=1e-2, cosine=True, epochs=300),
    ),
    Sample(
        "three-units-for-three-waves",
        "Three outputs, each of which bends three times or more, from three units: the best of ten starts.",
        ("too-few-units",),
        rows.three_waves,
        Recipe(hidden=(3,), standardize="xy", rate=2e-2, cosine=True, epochs=400, starts=10),
        Recipe(hidden=(40,), init="spread", standardize="xy", rate=1e-2, cosine=True, epochs=600),
    ),
    Sample(
        "two-units-for-a-ring",
        "Two units cannot close a ring: the best of twenty starts.",
        ("too-few-units",),
        rows.ring_classes,
        replace(CLASSES, hidden=(2,), starts=20, epochs=200),
        CLASSES,
        loss="cross-entropy",
    ),
    Sample(
        "two-tanh-units",
        "Two tanh units for a wave with five extremes: the best of twenty starts.",
        ("too-few-units",),
        rows.sine_from(-8, 8),
        Recipe(hidden=(2,), activation="tanh", standardize="xy", rate=2e-2, cosine=True, epochs=300, starts=20),
        Recipe(hidden=(16,), activation="tanh", standardize="xy", rate=2e-2, cosine=True, epochs=1500),
    ),
)

SETTLED = Training(relocate=False, batch_size=None)
PLATEAU = (
    Sample(
        "local-minimum-of-five-units",
        "Five units, all bending inside the data, settled where no small step helps: an unlucky start.",
        ("plateau",),
        rows.sine,
        replace(SETTLED, hidden=(5,), seed=42),
        Best(units=5),
    ),
    Sample(
        "local-minimum-on-the-plane",
        "Two inputs and four units, all at work, forty times above what another start reaches.",
        ("plateau",),
        rows.saddle,
        replace(SETTLED, hidden=(4,), seed=45),
        replace(SETTLED, hidden=(4,), seed=19),
    ),
    Sample(
        "plateau-of-tanh",
        "Four tanh units that have settled, as every tenth start does, far above the other starts.",
        ("plateau",),
        rows.sine,
        replace(SETTLED, hidden=(4,), activation="tanh", seed=38),
        replace(SETTLED, hidden=(4,), activation="tanh", seed=7),
    ),
)

STEPS = ("too-few-steps", "not-stationary")
TOO_FEW_STEPS = (
    Sample(
        "stopped-after-fifteen-epochs",
        "A good start, a good scale, and fifteen epochs.",
        STEPS,
        rows.sine,
        replace(GOOD, rate=1e-3, cosine=False, epochs=15),
        replace(GOOD, rate=1e-3, cosine=False, epochs=1500),
    ),
    Sample(
        "plane-stopped-early",
        "Two inputs, tanh, ten epochs.",
        STEPS,
        rows.hill(-1, 1),
        Recipe(hidden=(24,), activation="tanh", rate=1e-3, epochs=10),
        Recipe(hidden=(24,), activation="tanh", rate=1e-3, epochs=1500),
    ),
    Sample(
        "fast-sine-good-in-the-middle",
        "A fast wave and torch's start, whose kinks are densest in the middle: the middle fits first.",
        STEPS,
        rows.fast_sine,
        Recipe(hidden=(64,), rate=1e-3, epochs=300),
        Recipe(hidden=(64,), rate=1e-3, epochs=3000),
    ),
    Sample(
        "ring-stopped-early",
        "Classes inside and outside of a circle, ten epochs at 1e-3.",
        STEPS,
        rows.ring_classes,
        Recipe(hidden=(16,), rate=1e-3, epochs=10, loss="cross-entropy"),
        Recipe(hidden=(16,), rate=1e-3, epochs=1500, loss="cross-entropy"),
        loss="cross-entropy",
    ),
    Sample(
        "deep-stopped-early",
        "Two hidden layers, twenty epochs at 1e-3.",
        STEPS,
        rows.bumps,
        Recipe(hidden=(16, 16), rate=1e-3, epochs=20),
        Recipe(hidden=(16, 16), rate=1e-3, epochs=1500),
    ),
    Sample(
        "three-waves-stopped-early",
        "Three outputs, twenty epochs, with the record, which was still falling.",
        STEPS,
        rows.three_waves,
        Recipe(hidden=(40,), init="spread", standardize="xy", rate=1e-3, epochs=20),
        Recipe(hidden=(40,), init="spread", standardize="xy", rate=1e-3, epochs=2000),
        history=True,
    ),
)

DESCENT = Recipe(hidden=(24,), optimizer="sgd", epochs=300)
RATE = (
    Sample(
        "rate-of-a-millionth",
        "Adam with 1e-6 and 2,000 epochs: the loss falls by a hair a step, along a straight line.",
        ("learning-rate", "not-stationary"),
        rows.sine,
        replace(GOOD, rate=1e-6, cosine=False, epochs=2000),
        replace(GOOD, rate=1e-3, cosine=False, epochs=2000),
        history=True,
    ),
    Sample(
        "descent-at-the-edge",
        "Gradient descent with a rate just below divergence, on two inputs: the loss goes up and down.",
        ("learning-rate",),
        rows.hill(-1, 1),
        replace(DESCENT, rate=0.5),
        replace(DESCENT, rate=0.1),
        history=True,
    ),
    Sample(
        "adam-with-a-third",
        "Thirty tanh units and Adam with 0.3: the loss was at 1e-4 several times, and does not stay there.",
        ("learning-rate",),
        rows.bumps,
        Recipe(hidden=(30,), activation="tanh", rate=0.3, epochs=300),
        Recipe(hidden=(30,), activation="tanh", rate=1e-2, epochs=300),
        history=True,
    ),
    Sample(
        "deep-rate-too-large",
        "Two hidden layers of tanh and Adam with 0.2, with the record.",
        ("learning-rate",),
        rows.bumps,
        Recipe(hidden=(16, 16), activation="tanh", rate=0.2, epochs=300),
        Recipe(hidden=(16, 16), activation="tanh", rate=5e-3, epochs=300),
        history=True,
    ),
)

OVERPARAMETERISED = (
    Sample(
        "noise-learned-by-heart",
        "Two hundred units go through twenty-five noisy rows, noise included.",
        ("overparameterised",),
        rows.noise_alone,
        Recipe(hidden=(200,), init="spread", standardize="xy", rate=1e-2, cosine=True, epochs=8000, batch=None),
        Recipe(hidden=(2,), standardize="xy", rate=2e-2, cosine=True, epochs=1000, starts=5),
        judge=rows.noise_alone_truth,
    ),
    Sample(
        "noise-of-the-plane-learned-by-heart",
        "Two inputs, a hundred and fifty units and forty noisy rows of a plane.",
        ("overparameterised",),
        rows.noise_plane,
        Recipe(hidden=(150,), rate=1e-2, cosine=True, epochs=5000, batch=None),
        Recipe(hidden=(1,), rate=2e-2, cosine=True, epochs=1000, starts=5),
        judge=rows.noise_plane_truth,
    ),
)

EXTRAPOLATION = (
    Sample(
        "sine-beyond-the-training",
        "Trained on [0, 10], where it is good, and given rows up to 20.",
        ("extrapolation",),
        rows.sine_twice_as_far,
        POLISHED,
        Training(hidden=(10,), polish="repair"),
        train_on=rows.sine,
        mend_on=rows.sine_twice_as_far,
    ),
    Sample(
        "tanh-beyond-the-training",
        "The same with tanh, trained on [-3, 3] and given [-3, 9].",
        ("extrapolation",),
        rows.sine_from(-3, 9),
        Recipe(hidden=(12,), activation="tanh", standardize="xy", rate=1e-2, cosine=True, epochs=1500),
        Recipe(hidden=(12,), activation="tanh", standardize="xy", rate=1e-2, cosine=True, epochs=1500),
        train_on=rows.sine_from(-3, 3),
        mend_on=rows.sine_from(-3, 9),
    ),
    Sample(
        "plane-beyond-the-training",
        "Two inputs, trained on the unit square and given one of twice the side.",
        ("extrapolation",),
        rows.hill(0, 2),
        Recipe(hidden=(48,), standardize="xy", rate=1e-2, cosine=True, epochs=600),
        Recipe(hidden=(48,), standardize="xy", rate=1e-2, cosine=True, epochs=600),
        train_on=rows.hill(0, 1, seed=70),
        mend_on=rows.hill(0, 2),
    ),
)

OUTLIERS = (
    Sample(
        "three-outliers",
        "Three of 150 targets are off by 40 and more: they are most of the loss, and pull the rest.",
        ("outliers",),
        rows.spoilt(),
        Recipe(hidden=(12,), init="spread", rate=1e-2, cosine=True, epochs=300),
        Recipe(hidden=(12,), init="spread", rate=1e-2, cosine=True, epochs=300),
        mend_on=rows.spoilt(outliers=False),
        judge=rows.spoilt(outliers=False),
    ),
    Sample(
        "four-outliers-on-the-plane",
        "Two inputs; four of 200 targets are off by 30.",
        ("outliers",),
        rows.spoilt_plane(),
        Recipe(hidden=(16,), rate=1e-2, cosine=True, epochs=200),
        Recipe(hidden=(16,), rate=1e-2, cosine=True, epochs=200),
        mend_on=rows.spoilt_plane(outliers=False),
        judge=rows.spoilt_plane(outliers=False),
    ),
)

FAULTS_OF_TRAINING = (
    *TOO_FEW_UNITS,
    *PLATEAU,
    *TOO_FEW_STEPS,
    *RATE,
    *OVERPARAMETERISED,
    *EXTRAPOLATION,
    *OUTLIERS,
)
