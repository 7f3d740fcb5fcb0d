"""Broken on purpose: where the units are, and how many."""

from dataclasses import replace

import zoo_data as rows
from zoo_samples import Sample
from zoo_starts import bent_at, copied, positive, shifted, stretched
from zoo_training import Recipe

from hinges import Training

FORUM = replace(Training.forum(), validation=0.0, seed=5)  # on the rows that it held in
GOOD = Recipe(hidden=(20,), init="spread", standardize="xy", rate=1e-2, cosine=True, epochs=600)

KINKS_OUTSIDE = (
    Sample(
        "forum-sine",
        "Zero biases and x > 0: every kink starts at x = 0, left of all data, and the network is a straight line.",
        ("kinks-outside-data",),
        rows.sine_training_rows,
        FORUM,
        Training(standardize=False, learning_rate=1e-3, schedule="constant", epochs=10_000, relocate=False),
    ),
    Sample(
        "leaky-sine",
        "The same with leaky relu: nothing is dead, and yet it is a straight line.",
        ("kinks-outside-data",),
        rows.sine,
        Recipe(activation="leaky_relu", init="keras", batch=None, rate=1e-3, epochs=4000, seed=3),
        Recipe(activation="leaky_relu", init="spread", batch=None, rate=1e-3, epochs=4000, seed=3),
    ),
    Sample(
        "thirty-to-fifty",
        "x in 30..50 with zero biases: kinks start at 0, and 500 epochs at 1e-3 move them by 1 or 2.",
        ("kinks-outside-data", "scale"),
        rows.thirty_to_fifty,
        Recipe(hidden=(20,), init="keras", rate=1e-3, epochs=500),
        Recipe(hidden=(20,), init="keras", standardize="x", rate=1e-3, epochs=500),
    ),
    Sample(
        "years",
        "Calendar years as x, torch's start: every kink is near 0, two thousand years before the data.",
        ("kinks-outside-data", "scale"),
        rows.years,
        Recipe(hidden=(16,), rate=1e-3, epochs=4000),
        Recipe(hidden=(16,), standardize="x", rate=1e-3, epochs=4000),
    ),
    Sample(
        "all-on-over-the-plane",
        "Two inputs, biases so large that every unit is on for every row: the network is one plane.",
        ("kinks-outside-data", "surplus-always-on"),
        rows.hill(),
        Recipe(hidden=(24,), rate=1e-3, epochs=300, fault=positive(4.0)),
        Recipe(hidden=(24,), init="spread", rate=1e-3, epochs=300),
    ),
    Sample(
        "far-ring-of-classes",
        "Classes inside a circle about (100, 100): no unit's border comes near the data.",
        ("kinks-outside-data", "scale"),
        rows.far_ring_classes,
        Recipe(hidden=(16,), rate=1e-3, epochs=1000, loss="cross-entropy"),
        Recipe(hidden=(16,), standardize="x", rate=1e-3, epochs=1000, loss="cross-entropy"),
        loss="cross-entropy",
    ),
    Sample(
        "deep-from-500-on",
        "Two hidden layers with zero biases, x in 500..520: all is proportional to x.",
        ("kinks-outside-data", "scale"),
        rows.sine_from(500, 520),
        Recipe(hidden=(16, 16), init="keras", rate=1e-4, epochs=400),
        Recipe(hidden=(16, 16), init="keras", standardize="x", rate=1e-3, cosine=True, epochs=1500),
    ),
)

KINKS_COINCIDE = (
    Sample(
        "all-kinks-in-the-middle",
        "Zero biases in the middle of wide data: thirty units bend at 0, and the tent's corners are at -10, 10.",
        ("kinks-coincide",),
        rows.wide_tent,
        Recipe(hidden=(30,), init="keras", rate=1e-3, epochs=250),
        Recipe(hidden=(30,), init="spread", rate=1e-3, epochs=250),
    ),
    Sample(
        "all-kinks-at-twenty",
        "Every kink of the start at x = 20 in data over [0, 40]; after 250 epochs most are still there.",
        ("kinks-coincide",),
        rows.tent_from_0_to_40,
        Recipe(hidden=(30,), rate=1e-3, epochs=250, fault=bent_at(20.0)),
        Recipe(hidden=(30,), init="spread", rate=1e-3, epochs=250),
    ),
    Sample(
        "all-borders-through-the-origin",
        "Two inputs without biases in the first layer (held at 0): the network only knows the direction of x.",
        ("kinks-coincide",),
        rows.rings,
        Recipe(hidden=(30,), init="keras", rate=1e-2, cosine=True, epochs=200, held=True),
        Recipe(hidden=(30,), init="spread", rate=1e-2, cosine=True, epochs=200),
    ),
)

DEAD = (
    Sample(
        "fourteen-of-twenty-dead",
        "Fourteen of twenty units were thrown far off at the start and never fire.",
        ("dead-units",),
        rows.sine,
        Recipe(
            hidden=(20,),
            init="spread",
            standardize="xy",
            rate=1e-2,
            cosine=True,
            epochs=600,
            fault=shifted(slice(3, 17), -60.0),
        ),
        GOOD,
    ),
    Sample(
        "plane-with-dead-units",
        "Two inputs; 27 of 32 units never fire.",
        ("dead-units",),
        rows.hill(-1, 1),
        Recipe(hidden=(32,), rate=1e-2, cosine=True, epochs=300, fault=shifted(slice(0, 27), -30.0)),
        Recipe(hidden=(32,), rate=1e-2, cosine=True, epochs=300),
    ),
    Sample(
        "dead-second-layer",
        "The whole second layer is off on every row: the output is constant, and no gradient passes.",
        ("dead-units",),
        rows.bumps,
        Recipe(hidden=(16, 16), rate=1e-3, epochs=200, fault=shifted(slice(0, 16), -30.0, layer=1)),
        Recipe(hidden=(16, 16), rate=1e-3, epochs=200),
    ),
    Sample(
        "classes-with-dead-units",
        "Fourteen of sixteen units dead; the two left cannot close a ring.",
        ("dead-units",),
        rows.ring_classes,
        Recipe(
            hidden=(16,), rate=2e-2, cosine=True, epochs=400, loss="cross-entropy", fault=shifted(slice(0, 14), -40.0)
        ),
        Recipe(hidden=(16,), rate=2e-2, cosine=True, epochs=400, loss="cross-entropy"),
        loss="cross-entropy",
    ),
    Sample(
        "dead-among-three-outputs",
        "Three waves from thirty units, 24 of which never fire.",
        ("dead-units",),
        rows.three_waves,
        Recipe(hidden=(30,), init="spread", rate=1e-2, cosine=True, epochs=400, fault=shifted(slice(0, 24), -50.0)),
        Recipe(hidden=(30,), init="spread", rate=1e-2, cosine=True, epochs=400),
    ),
)

ALWAYS_ON = (
    Sample(
        "twelve-of-sixteen-always-on",
        "Twelve of sixteen units have biases so large that they are on for all rows: together they are one line.",
        ("surplus-always-on",),
        rows.sine,
        Recipe(
            hidden=(16,),
            init="spread",
            standardize="xy",
            rate=1e-2,
            cosine=True,
            epochs=600,
            fault=shifted(slice(2, 14), 60.0),
        ),
        GOOD,
    ),
    Sample(
        "plane-of-always-on-units",
        "Two inputs; 26 of 32 units are on for all rows.",
        ("surplus-always-on",),
        rows.hill(-1, 1),
        Recipe(hidden=(32,), rate=5e-3, cosine=True, epochs=300, fault=shifted(slice(0, 26), 30.0)),
        Recipe(hidden=(32,), rate=5e-3, cosine=True, epochs=300),
    ),
)

DUPLICATES = (
    Sample(
        "all-weights-one",
        "Every weight starts at 1 and every bias at 0: all units get the same gradient and stay one unit.",
        ("duplicate-units",),
        rows.parabola(),
        Recipe(hidden=(16,), init="ones", rate=1e-2, cosine=True, epochs=400),
        Recipe(hidden=(16,), rate=1e-2, cosine=True, epochs=400),
    ),
    Sample(
        "four-units-five-times",
        "Twenty units that are copies of four.",
        ("duplicate-units",),
        rows.sine,
        Recipe(hidden=(20,), init="spread", standardize="xy", rate=1e-2, cosine=True, epochs=600, fault=copied(4)),
        GOOD,
    ),
    Sample(
        "plane-of-copies",
        "Two inputs, tanh; twenty-four units that are copies of two.",
        ("duplicate-units",),
        rows.hill(-1, 1),
        Recipe(hidden=(24,), activation="tanh", rate=1e-2, cosine=True, epochs=300, fault=copied(2)),
        Recipe(hidden=(24,), activation="tanh", rate=1e-2, cosine=True, epochs=300),
    ),
    Sample(
        "deep-constant-start",
        "Two hidden layers whose weights all start at 1: each layer is one unit, many times.",
        ("duplicate-units",),
        rows.parabola(-1, 1),
        Recipe(hidden=(8, 8), init="ones", rate=1e-3, epochs=200, fault=stretched(0.3)),
        Recipe(hidden=(8, 8), rate=1e-3, epochs=200),
    ),
)

SATURATED = (
    Sample(
        "tanh-on-raw-x",
        "tanh on x in 0..100: every unit stands at -1 or 1 on almost all rows.",
        ("saturated", "scale"),
        rows.slow_sine,
        Recipe(hidden=(20,), activation="tanh", init="keras", rate=5e-3, epochs=500),
        Recipe(hidden=(20,), activation="tanh", init="keras", standardize="x", rate=5e-3, epochs=500),
    ),
    Sample(
        "sigmoid-with-large-start",
        "Two inputs, sigmoid units that start with weights of 60: each is a cliff with flat land around.",
        ("saturated",),
        rows.saddle,
        Recipe(hidden=(20,), activation="sigmoid", rate=1e-3, epochs=200, fault=stretched(200.0)),
        Recipe(hidden=(20,), activation="sigmoid", rate=1e-2, cosine=True, epochs=600),
    ),
    Sample(
        "deep-tanh-with-large-start",
        "Two hidden layers of tanh whose weights start fifty times too large.",
        ("saturated",),
        rows.bumps,
        Recipe(hidden=(16, 16), activation="tanh", rate=1e-3, epochs=200, fault=stretched(50.0)),
        Recipe(hidden=(16, 16), activation="tanh", rate=1e-3, epochs=800),
    ),
)

FAULTS_OF_UNITS = (*KINKS_OUTSIDE, *KINKS_COINCIDE, *DEAD, *ALWAYS_ON, *DUPLICATES, *SATURATED)
