# ruff: noqa: ANN001, ANN002, ANN201, D100, D103, E501, INP001, T201 - a study: its cells show, print and assert
# Run by tools/studies.py, which makes docs/studies/three-segments.ipynb of it.
# %% [markdown]
# # Stitching three segments
#
# A well-known exercise: a network has three units and a target of three straight segments. The first unit is given, the
# output only adds the three up, and with four sliders (a weight and a bias of each of the other two units) the sum has to
# be brought onto the target. The exercise wants to show why a network needs something non-linear between its layers. This
# study does the exercise, asks whether its answer is the only one, and shows what would happen without ReLU.

# %%
import itertools

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown

from hinges import (
    Network,
    PiecewiseLinear,
    best_error,
    example,
    plot,
    plot_activations,
    sensitivity,
    to_function,
    to_network,
)  # fmt: skip

plt.rcParams.update(
    {"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": "0.92"}
)

target = PiecewiseLinear([0, 1, 2, 3], [2, 0, 1, 4])


def stitched(w1, b1, w2, b2):
    """Give the network of the exercise: unit 0 is fixed, the output adds the three units up."""
    return Network.dense([[[-2, w1, w2]], [[1], [1], [1]]], [[2, b1, b2], [0]])


solution = stitched(1, -1, 2, -4)
plot(solution, interval=(0, 3), data=example("relu-lab"))

# %% [markdown]
# Three coloured units below, their sum above: on [0, 1] only unit 0 is on, on [1, 2] only unit 1, on [2, 3] units 1 and 2.
#
# ## Why not a straight activation?
#
# These are the three activations that the exercise shows. The linear one passes on whatever it gets.

# %%
plot_activations(names=("linear", "sigmoid", "relu"))

# %% [markdown]
# With it, a layer is a straight line, and a sum of straight lines is a straight line. **However many units and layers there
# are, the network collapses into one line**, here computed in exact arithmetic for the same numbers and for random ones.

# %%
weights, biases = solution.weights, solution.biases
collapsed = to_function(Network.dense(weights, biases, activation="linear"))
print("the same numbers without ReLU: kinks", collapsed.kinks, " slope", collapsed.slopes[0], " at 0:", collapsed(0.0))
rng = np.random.default_rng(0)
sizes = (1, 30, 30, 30, 1)
random = [rng.normal(size=shape) for shape in itertools.pairwise(sizes)]
shifts = [rng.normal(size=size) for size in sizes[1:]]
kinks = {
    activation: len(to_function(Network.dense(random, shifts, activation)).kinks) for activation in ("linear", "relu")
}
print("kinks of a random network of three layers of 30 units:", kinks)
xs = np.linspace(0, 3, 301)
best_line = np.polyval(np.polyfit(xs, target(xs), 1), xs)
print(f"mean squared error of the best line on the target: {np.mean((best_line - target(xs)) ** 2):.3f}")

# %% [markdown]
# ## Unit by unit
#
# The exercise advises: match the second segment with unit 1 first, and only then the third with unit 2. That works because
# a unit that is off adds nothing: what is already right stays right.

# %%
figure, axes = plt.subplots(1, 3, figsize=(10, 3), sharey=True, layout="constrained")
steps = {
    "unit 0": stitched(0, 0, 0, 0),
    "+ unit 1: w = 1, b = -1": stitched(1, -1, 0, 0),
    "+ unit 2: w = 2, b = -4": solution,
}
errors = []
for ax, (title, network) in zip(axes, steps.items(), strict=True):
    ax.plot(xs, target(xs), color="0.8", linewidth=6, label="target")
    ax.plot(xs, network(xs), label="sum of the units")
    ax.set(title=title, xlabel="x")
    wrong = to_function(network) - target
    errors.append([wrong.distance(PiecewiseLinear([0], [0]), interval=(a, a + 1)) for a in range(3)])
axes[0].legend(fontsize=8)
plt.show()

# %%
print("largest error on      [0, 1]  [1, 2]  [2, 3]")
for title, row in zip(steps, errors, strict=True):
    print(f"{title[:8]:<20}" + "".join(f"{error:8.1f}" for error in row))

# %% [markdown]
# The numbers can be read off the target. Unit 1 starts at x = 1, so `w1 · 1 + b1 = 0`, and its slope is that of the second
# segment. Unit 2 starts at x = 2, and *its slope is the change*: unit 1 goes on, so unit 2 adds the 2 that are missing from
# 1 to 3. (The exercise says so too: "the sum of unit 1 and 2".) In general: each unit gives the change of slope at its corner.

# %%
print("slopes of the target  ", target.slopes[1:-1], " changes", np.diff(target.slopes[1:-1]))
for hinge in solution.hinges():
    print(
        f"unit with w = {hinge.weight:2g}, b = {hinge.bias:2g}: starts at {hinge.kink:g}, changes the slope by {hinge.slope_change:g}"
    )

# %% [markdown]
# Unit 0 is the odd one. It has a negative weight: it is on *left* of x = 1 and off right of it, so that it "does not interfere"
# with the next segment. But it is not what a unit must do. With all units facing right the same target takes three units
# as well, an output bias, and output weights other than 1; then the first unit does go on through all segments.

# %%
right = to_network(target, interval=(0, 3))
for hinge in right.hinges():
    print(f"unit facing right: starts at {hinge.kink:g}, changes the slope by {hinge.slope_change:g}")
print(
    "output bias",
    right.biases[-1][0],
    "; distance from the target",
    to_function(right).distance(target, interval=(0, 3)),
)

# %% [markdown]
# ## Is it the only solution?
#
# With output weights of 1 the units 1 and 2 can only turn the curve upwards (or start from the left). We try all settings
# of the four sliders in steps of 0.1 (w from -3 to 3, b from -6 to 6): 54 million networks. Two necessary conditions at the
# ends of segments leave few to be compared exactly.

# %%
tenths_w, tenths_b = np.arange(-30, 31), np.arange(-60, 61)  # in tenths, so that everything is whole numbers
w, b = (grid.ravel() for grid in np.meshgrid(tenths_w, tenths_b, indexing="ij"))
at = np.array([0, 5, 10, 15, 20, 25, 30])  # x in tenths; seven places of the target
unit = np.maximum(0, w[:, None] * at + 10 * b[:, None])  # of every slider setting, in hundredths
missing = np.rint(100 * (target(at / 10) - np.maximum(0, 2 - 2 * at / 10))).astype(int)  # what units 1 and 2 must add
possible = np.flatnonzero((unit <= missing).all(axis=1))
places = {}
for i in possible:
    places.setdefault(tuple(unit[i]), []).append(i)
pairs = [(i, j) for i in possible for j in places.get(tuple(missing - unit[i]), ())]
exact = [
    pair for pair in pairs
    if to_function(stitched(w[pair[0]] / 10, b[pair[0]] / 10, w[pair[1]] / 10, b[pair[1]] / 10)).distance(
        target, interval=(0, 3)) < 1e-12
]  # fmt: skip
settings = sorted((w[i] / 10, b[i] / 10, w[j] / 10, b[j] / 10) for i, j in exact)
print(f"{len(w) ** 2:,} settings, {len(possible)} of {len(w)} units add nowhere too much, {len(exact)} settings fit:")
for found in settings:
    print("w1 = {:g}, b1 = {:g}, w2 = {:g}, b2 = {:g}".format(*found))

# %% [markdown]
# One solution, and the same with units 1 and 2 exchanged.
#
# ## Are three units required?
#
# "Each is required to form the target", says the exercise. As it is posed, with output weights 1 and no output bias, yes:
# the target is 0 at x = 1, so every unit has to be off there, and it takes one unit for each of the three slopes. But let
# the output have weights and a bias of its own, and ask for the best network of each size:

# %%
rows = (xs, target(xs))
floor = {units: best_error(rows, units=units) for units in (1, 2)}
for units, bounds in floor.items():
    print(f"{units} units: no network has a mean squared error below {bounds.lower:.2g}; found {bounds.upper:.2g}")
for hinge in floor[2].network.hinges():
    side = "right" if hinge.weight > 0 else "left"
    print(f"faces {side}, corner at {hinge.kink:.6f}, slope {hinge.coefficient * hinge.weight:.6f} where it is on")
two = Network.dense([[[1, -1]], [[3], [2]]], [[-1, 2], [-2]])  # the same in round numbers
print("3 relu(x - 1) + 2 relu(2 - x) - 2: distance", to_function(two).distance(target, interval=(0, 3)))
plot(two, interval=(0, 3), data=example("relu-lab"))

# %% [markdown]
# Two units are enough! One faces right, one left, and between the corners both are on: the middle slope is the sum of the
# outer ones, 1 = -2 + 3. That is a coincidence of this target. In general two units give three slopes (left, middle, right)
# in one of three ways: both face right (then left is 0), both face left (then right is 0), or they face each other or away
# (then middle = left + right, or 0). Slopes of -2, 1 and 2 are none of these:

# %%
other = PiecewiseLinear([0, 1, 2, 3], [2, 0, 1, 3])
other_found = best_error((xs, other(xs)), units=2).upper
print(f"slopes -2, 1, 2: the best two units found have a mean squared error of {other_found:.2g}")

# %% [markdown]
# ## What each slider does
#
# The sliders w1 and b1 (here v1 and b1) move everything right of about 0.9: the corner itself moves, and so it begins a
# little before x = 1. The sliders of unit 2 touch the last segment only, and a little of what is before it (from 1.9 on).
# That is why the advised order works: the later unit cannot spoil what the earlier one has made.

# %%
plot(sensitivity(solution, interval=(0, 3)))

# %% [markdown]
# ## Answer
#
# **Without a bend in the activation any network is one straight line. A ReLU is off on one side of its corner, and so it can
# add a change of slope there without touching the other side: three segments are stitched one after the other.**


# %%
def table(*rows):
    lines = ["| " + " | ".join(str(entry) for entry in row) + " |" for row in rows]
    return Markdown("\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]]))


table(
    ("the exercise says", "measured here", "verdict"),
    (
        "non-linear activations are needed",
        f"linear: {kinks['linear']} kinks in 90 units; relu: {kinks['relu']}",
        "true",
    ),
    (
        "unit 0 makes segment 1 and is off after x = 1",
        f"largest error on [0, 1] {errors[0][0]:g}, of it alone on [1, 2] {errors[0][1]:g}",
        "true",
    ),
    ("unit 1: slope of the target, silent until x = 1", "w1 = 1, b1 = -1", "true, because unit 0 is off"),
    ("unit 2: together with unit 1 the desired slope, from x = 2", "w2 = 2, b2 = -4", "true"),
    ("the contribution of unit 1 extends to segment 3", f"its value at x = 3: {max(0, 3 - 1)}", "true"),
    (
        "each of the three units is required",
        f"two with output weights and a bias: error {to_function(two).distance(target, interval=(0, 3)):g}",
        "**false** in general, by a coincidence; true as posed",
    ),
    (
        "a new linear function is added at each transition",
        "unit 0 is *taken away* at x = 1 instead",
        "muddled: what counts is the change of slope",
    ),
    (
        "(open) is the solution unique?",
        f"{len(exact)} of {len(w) ** 2:,} slider settings",
        "yes, but for the units' order",
    ),
)

# %%
assert to_function(solution).distance(target, interval=(0, 3)) == 0
assert len(collapsed.kinks) == kinks["linear"] == 0 < kinks["relu"]
assert settings == [(1, -1, 2, -4), (2, -4, 1, -1)]
assert errors[0][0] == 0
assert errors[1][:2] == [0, 0]
assert errors[2] == [0, 0, 0]
assert floor[2].upper < 1e-20
assert floor[1].lower > 1e-2
assert other_found > 1e-4
assert to_function(two).distance(target, interval=(0, 3)) == 0
assert to_function(right).distance(target, interval=(0, 3)) < 1e-12
