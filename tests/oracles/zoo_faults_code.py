"""Broken on purpose: the code, the targets and the scale of the data."""

import zoo_data as rows
from zoo_samples import Sample
from zoo_training import Recipe

GOOD = Recipe(hidden=(20,), init="spread", standardize="xy", rate=1e-2, cosine=True, epochs=600)

OUTPUT_RANGE = (
    Sample(
        "relu-output-on-a-sine",
        "A relu after the last layer: it cannot go below 0, where half of the targets are.",
        ("output-range",),
        rows.sine,
        Recipe(hidden=(20,), init="spread", standardize="x", output="relu", rate=1e-2, cosine=True, epochs=600, seed=1),
        GOOD,
    ),
    Sample(
        "sigmoid-output-on-a-parabola",
        "A sigmoid after the last layer, copied from a classifier: targets go up to 9, it to 1.",
        ("output-range",),
        rows.parabola(),
        Recipe(hidden=(16,), standardize="x", output="sigmoid", rate=1e-2, epochs=400),
        GOOD,
    ),
    Sample(
        "tanh-output-on-a-tall-sine",
        "A tanh after the last layer: targets reach 5, it 1.",
        ("output-range",),
        rows.tall_sine,
        Recipe(hidden=(20,), activation="tanh", standardize="x", output="tanh", rate=1e-2, epochs=400),
        Recipe(hidden=(20,), activation="tanh", standardize="xy", rate=1e-2, cosine=True, epochs=800),
    ),
    Sample(
        "relu-output-on-a-saddle",
        "Two inputs and a relu after the last layer: every second quadrant is below 0.",
        ("output-range",),
        rows.saddle,
        Recipe(hidden=(24,), output="relu", rate=1e-2, cosine=True, epochs=400, seed=2),
        Recipe(hidden=(24,), rate=1e-2, cosine=True, epochs=400),
    ),
    Sample(
        "sigmoid-output-on-a-circle",
        "Two outputs through a sigmoid: the targets go from -2 to 2, a sigmoid from 0 to 1.",
        ("output-range",),
        rows.circle,
        Recipe(hidden=(24,), standardize="x", output="sigmoid", rate=1e-2, epochs=400),
        GOOD,
    ),
    Sample(
        "deep-relu-output-below-zero",
        "Two hidden layers and a relu at the end where every target is below 0: the loss is stuck at its start.",
        ("output-range",),
        rows.below_zero,
        Recipe(hidden=(16, 16), output="relu", epochs=300),
        Recipe(hidden=(16, 16), rate=1e-2, cosine=True, epochs=600),
    ),
)

MISSING_ACTIVATION = (
    Sample(
        "no-activation-on-a-sine",
        "Dense layers without activation: a product of matrices is one matrix, so a straight line.",
        ("missing-activation",),
        rows.sine,
        Recipe(hidden=(20,), activation="linear", standardize="xy", rate=1e-2, epochs=200),
        GOOD,
    ),
    Sample(
        "deep-without-activation",
        "Three hidden layers without activation on |x - 0.3|.",
        ("missing-activation",),
        rows.absolute,
        Recipe(hidden=(16, 16, 16), activation="linear", rate=1e-3, epochs=300),
        Recipe(hidden=(16, 16, 16), rate=3e-3, cosine=True, epochs=400),
    ),
    Sample(
        "no-activation-on-a-saddle",
        "Two inputs without activation: no plane comes near a product.",
        ("missing-activation",),
        rows.saddle,
        Recipe(hidden=(24,), activation="linear", rate=1e-2, epochs=100),
        Recipe(hidden=(24,), rate=1e-2, cosine=True, epochs=400),
    ),
    Sample(
        "no-activation-among-classes",
        "Classes inside and outside of a circle, without activation: a straight border cannot part them.",
        ("missing-activation",),
        rows.ring_classes,
        Recipe(hidden=(16,), activation="linear", rate=1e-2, epochs=100, loss="cross-entropy"),
        Recipe(hidden=(16,), rate=2e-2, cosine=True, epochs=400, loss="cross-entropy"),
        loss="cross-entropy",
    ),
    Sample(
        "no-activation-three-outputs",
        "Three waves as outputs, without activation.",
        ("missing-activation",),
        rows.three_waves,
        Recipe(hidden=(30,), activation="linear", rate=1e-2, epochs=100),
        Recipe(hidden=(30,), init="spread", standardize="xy", rate=1e-2, cosine=True, epochs=600),
    ),
)

TARGET_SHAPE = (
    Sample(
        "flat-targets-sine",
        "Predictions (n, 1) minus targets (n,): the loss averages all pairs, so the mean of y is its best answer.",
        ("target-shape",),
        rows.sine,
        Recipe(hidden=(20,), init="spread", standardize="x", rate=1e-2, cosine=True, epochs=600, loss="broadcast"),
        GOOD,
    ),
    Sample(
        "flat-targets-saddle",
        "The same with two inputs and tanh, all rows in a step.",
        ("target-shape",),
        rows.hill(),
        Recipe(hidden=(16,), activation="tanh", rate=1e-2, epochs=1500, batch=None, loss="broadcast"),
        Recipe(hidden=(16,), activation="tanh", rate=1e-2, cosine=True, epochs=600),
    ),
    Sample(
        "flat-targets-deep",
        "The same with two hidden layers, in batches: predictions wander about the mean.",
        ("target-shape",),
        rows.bumps,
        Recipe(hidden=(16, 16), rate=1e-3, epochs=600, loss="broadcast"),
        Recipe(hidden=(16, 16), rate=5e-3, cosine=True, epochs=600),
    ),
)

SCALE = (
    Sample(
        "prices-as-targets",
        "Targets about 3e4 with Adam at 1e-3: each weight moves 0.001 a step, and the output has 30,000 to go.",
        ("scale",),
        rows.prices,
        Recipe(hidden=(20,), rate=1e-3, epochs=300),
        Recipe(hidden=(20,), standardize="xy", rate=1e-3, epochs=300),
    ),
    Sample(
        "targets-lifted-by-500",
        "A wave of size 1 on top of 500, Adam at 1e-3: the offset alone takes longer than the training.",
        ("scale",),
        rows.lifted,
        Recipe(hidden=(20,), rate=1e-3, epochs=200),
        Recipe(hidden=(20,), standardize="xy", rate=1e-3, epochs=200),
    ),
    Sample(
        "columns-of-1-and-10000",
        "Two inputs, one of size 1 and one of size 10,000, unscaled: every unit sees the large one alone.",
        ("scale",),
        rows.unlike_columns,
        Recipe(hidden=(24,), rate=1e-3, epochs=300),
        Recipe(hidden=(24,), standardize="xy", rate=1e-3, epochs=300),
    ),
    Sample(
        "millimetres",
        "x in 0..0.001: the start puts kinks about 1 apart, so all are outside, and slopes of 6,000 are needed.",
        ("scale", "kinks-outside-data"),
        rows.millimetres,
        Recipe(hidden=(20,), rate=1e-3, epochs=500),
        Recipe(hidden=(20,), standardize="xy", rate=1e-3, epochs=500),
    ),
    Sample(
        "outputs-of-1-and-20000",
        "Two outputs, one of size 20,000, with Adam at 1e-3: it gets nowhere near.",
        ("scale",),
        rows.unlike_outputs,
        Recipe(hidden=(24,), rate=1e-3, epochs=200),
        Recipe(hidden=(24,), standardize="xy", rate=1e-3, epochs=200),
    ),
    Sample(
        "constant-column-of-1000",
        "A column that is always 1,000: it outweighs the other, so no unit bends inside the data.",
        ("constant-columns", "scale", "kinks-outside-data"),
        rows.constant_column,
        Recipe(hidden=(20,), rate=1e-3, epochs=500),
        Recipe(hidden=(20,), standardize="x", rate=1e-3, epochs=500),
    ),
)

FAULTS_OF_CODE = (*OUTPUT_RANGE, *MISSING_ACTIVATION, *TARGET_SHAPE, *SCALE)
