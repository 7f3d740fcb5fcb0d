# ruff: noqa: ANN001, ANN002, ANN201, B018, D100, D103, E501, INP001, T201 - a study: its cells show, print and assert
# Run by tools/studies.py, which makes docs/studies/by-hand.ipynb of it.
# %% [markdown]
# # Building a function by hand
#
# A network with one hidden layer of ReLU units can imitate any curve, one reads. But *how*? What happens to a number
# on its way through such a network?
#
# An article that takes this question seriously builds a network of three units by hand: a zigzag of three straight
# segments through four given points. This study builds the same network, checks every number, and tries the three
# things that the article leaves open: which parameter moves which part of the curve, what random changes do, and what
# a second hidden layer is good for.

# %%
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown

from hinges import (
    Best,
    Network,
    Parameter,
    PiecewiseLinear,
    RandomSearch,
    Unit,
    approximate,
    fan,
    fit,
    plot,
    sawtooth,
    sensitivity,
    square,
    to_function,
    to_network,
)  # fmt: skip

plt.rcParams.update(
    {"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": "0.92"}
)

zigzag = PiecewiseLinear([-1, -0.5, 0, 1], [-1, 1, -1, 0])
network = to_network(zigzag, interval=(-1, 1))
plot(network, view="buildup", interval=(-1, 1))

# %% [markdown]
# This picture is the whole idea. Top row: each unit gives a **ray**, 0 up to some point and a straight climb after it.
# Middle row: the output **scales** each ray; a negative number turns it downwards. Bottom row: the scaled rays are
# **added** one after the other. Each one leaves what lies left of its corner as it was, and bends what lies right of it.
#
# ## What one unit gives
#
# A unit computes `relu(b + v x)`. Where `b + v x` is 0 the ray begins: at `x = -b / v`. The weight `v` says how steep it
# is and to which side it goes.

# %%
x = np.linspace(-1, 1, 201)
figure, axes = plt.subplots(1, 4, figsize=(10, 2.3), sharey=True, layout="constrained")
for ax, (v, b) in zip(axes, [(1, 1), (1, 0.5), (2, 0), (-1, 0.5)], strict=True):
    ray = Network.dense([[[v]]], [[b]], ["relu"])
    ax.plot(x, ray(x))
    ax.set_title(f"relu({b:g} {v:+g} x)", fontsize=10)
plt.show()

# %%
rng = np.random.default_rng(0)
v, b = rng.normal(size=(2, 1000))
lowest = min(Network.dense([[[v[i]]]], [[b[i]]], ["relu"])(x).min() for i in range(1000))
print(f"the lowest value of 1,000 random rays on [-1, 1]: {lowest:g}")

# %% [markdown]
# "Always upward", says the article, and it is right: a ray never goes below 0, whichever way it points. That is why the
# output must not be a ReLU itself, and why it needs weights of both signs.
#
# ## The three units
#
# With all weights at 1, the article places the corners by the biases and then finds the output weights from left to
# right: each is the *change of slope* at its corner. `to_network` does the same in exact arithmetic.

# %%
print("slopes of the segments   ", zigzag.restricted(-1, 1).slopes[1:-1])
for hinge in network.hinges():
    print(f"unit: weight {hinge.weight:g}, bias {hinge.bias:g}, output weight {hinge.coefficient:g}")
print("output bias              ", network.biases[-1][0])
print("distance from the zigzag ", to_function(network).distance(zigzag, interval=(-1, 1)))

# %% [markdown]
# These are the article's numbers: biases 1, 0.5, 0, output weights 4, -8, 5 and output bias -1. One number in it is a
# slip: where it lists the weights into the units it prints `v1 = v2 = v3 = 0`, having said before that they are 1. With 0
# no unit sees x at all:

# %%
printed = Network.dense([[[0, 0, 0]], [[4], [-8], [5]]], [[1, 0.5, 0], [-1]])
print("with v = 0:", printed([-1, -0.5, 0, 1]), " with v = 1:", network([-1, -0.5, 0, 1]))

# %% [markdown]
# With v = 0 it is the constant 4 · 1 - 8 · 0.5 + 5 · 0 - 1 = -1.
#
# ## N segments from N units?
#
# The article concludes that N segments take N units. Let us count for random curves of up to 30 segments, on an interval
# and on the whole line.

# %%
counts, worst = [], 0.0
for n in range(1, 31):
    corners = np.sort(rng.uniform(-1, 1, n + 1))
    curve = PiecewiseLinear(corners, rng.normal(size=n + 1))
    on_interval = to_network(curve, interval=(corners[0], corners[-1]))
    straight_ends = PiecewiseLinear(corners, curve.values, rng.normal(), rng.normal())  # goes on, with other slopes
    everywhere = to_network(straight_ends)
    counts.append((n, len(on_interval.hinges()), n + 2, len(everywhere.hinges())))
    worst = max(worst, to_function(on_interval).distance(curve, interval=(corners[0], corners[-1])))
print("segments, units on the interval:", counts[2][:2], counts[9][:2], counts[29][:2])
print("segments, units on the line:    ", counts[2][2:], counts[9][2:], counts[29][2:])
print(f"largest distance: {worst:.1g}")

# %% [markdown]
# On an interval it is so, always: the first unit starts at the left end and makes the first slope, each further unit one
# corner. On the whole line a sum of hinges needs one unit for every corner *and* something for the slope that comes from
# far left: N segments have N - 1 corners, and take up to N units as well when the hinges face both ways.
#
# ## Any curve?
#
# More segments, smaller error. For a smooth curve twice as many units make the error four times smaller. `Best` places
# the corners so that no other placement has a smaller largest error.

# %%
print("units   largest error of sin(3x) on [-1, 1]")
errors = []
for units in (4, 8, 16, 32):
    made = approximate(lambda t: np.sin(3 * t), Best(pieces=units, loss="max"), interval=(-1, 1))
    errors.append(made.loss)
    print(f"{units:5d}   {made.loss:.2e}" + (f"   {errors[-2] / errors[-1]:.2f} times smaller" if errors[:-1] else ""))

# %% [markdown]
# ## Which parameter moves what?
#
# "Twiddling some parameters will have a greater impact on the entire function than others." Here is each of the ten
# parameters raised by 0.1: the bar shows where the curve changes at all, the thin line how.

# %%
moved = sensitivity(network, interval=(-1, 1), step=0.1)
plot(moved)

# %%
moved

# %% [markdown]
# So the article is right about unit 1 (all its parameters move everything) and nearly right about unit 3: its weights (v2 and
# w2: the library counts units from 0) move the third segment alone, but its **bias moves the corner itself**, and so reaches back to -0.1. And the parameter with the
# largest influence is no parameter of unit 1: it is the weight of unit 2, whose ray is scaled by -8.
#
# ## Random changes
#
# The same as the article's two pictures: many random changes of one unit's output weight.

# %%
figure, axes = plt.subplots(1, 2, figsize=(10, 4.4), layout="constrained")
for ax, unit in zip(axes, (0, 2), strict=True):
    plot(fan(network, Parameter(1, "weight", unit, 0), interval=(-1, 1), count=20, reach=0.5), ax=ax)
    ax.set_ylim(-1.8, 1.5)
plt.show()


# %%
def root_mean_square_change(unit):
    changed = fan(network, Unit(0, unit), interval=(-1, 1), count=200, reach=0.1)
    return np.sqrt(np.mean([f.distance(zigzag, interval=(-1, 1), norm="l2") ** 2 / 2 for f in changed.functions]))


impact = [root_mean_square_change(unit) for unit in range(3)]
print("root mean square change of the curve, all three parameters of a unit moved by up to 0.1:")
print("unit 1: {:.3f}   unit 2: {:.3f}   unit 3: {:.3f}".format(*impact))

# %% [markdown]
# What does that mean for "generating the parameters with a stochastic algorithm"? A search that changes numbers at random
# and keeps what is better must move the early corners without spoiling all that is right of them. Twenty tries:

# %%
points = (x, zigzag(x))
searched = np.array([fit(points, RandomSearch(hidden=(3,), trials=4_000, seed=seed)).loss for seed in range(20)])
print(
    f"random search, 4,000 changes, 20 starts: median squared error {np.median(searched):.1e}, best {searched.min():.1e}"
)
print(
    f"starts that end below 0.001: {np.mean(searched < 1e-3):.0%};  by construction: {np.mean((network(x) - zigzag(x)) ** 2):.0e}"
)

# %% [markdown]
# ## More than one hidden layer
#
# The article ends: "Next I'd like to look into the effect of having more than one hidden layer." Two layers *compose*
# functions. Take the zigzag of the zigzag: the second copy is drawn once along every segment of the first.

# %%
first, second = network.weights, network.biases
twice = Network.dense(
    [first[0], first[1] @ first[0], first[1]], [second[0], second[1] @ first[0] + second[0], second[1]]
)
shape = to_function(twice).restricted(-1, 1)
needed = len(to_network(shape, interval=(-1, 1)).hinges())
print(
    f"zigzag of the zigzag: {3 + 3} units in two layers draw {needed} segments, which take {needed} units in one layer"
)
plot(twice, interval=(-1, 1))

# %% [markdown]
# Each further layer *multiplies* the number of segments, while a unit more in one layer *adds* one. The clearest case is
# the sawtooth: layer after layer of two units, each of which folds the interval once more.

# %%
print("hidden layers   units   segments   units in one layer")
folds = []
for depth in (1, 2, 4, 8):
    saw = sawtooth(depth)
    units = sum(len(bias) for bias in saw.biases[:-1])
    segments = len(to_network(to_function(saw), interval=(0, 1)).hinges())
    folds.append((depth, units, segments))
    print(f"{depth:13d}   {units:5d}   {segments:8d}   {segments:18d}")
t = np.linspace(0, 1, 10_001)
size = sum(len(bias) for bias in square(8).biases[:-1])
deep = np.abs(square(8)(t) - t**2).max()
flat = approximate(lambda s: s**2, Best(pieces=size, loss="max"), interval=(0, 1)).loss
print(f"x² on [0, 1]: {size} units in 8 layers err by {deep:.1e}, the best {size} units in one layer by {flat:.1e}")

# %% [markdown]
# The price is freedom: the segments of the sawtooth are copies of each other. A second layer is worth much where the curve
# repeats itself, or folds; for a curve without such structure every corner still needs its numbers.
#
# ## Answer
#
# **A network of one hidden ReLU layer draws a curve as a row of corners. Each unit owns one corner; its bias and weight say
# where, its output weight by how much the slope changes there, and everything right of it turns along.**


# %%
def table(*rows):
    lines = ["| " + " | ".join(str(entry) for entry in row) + " |" for row in rows]
    return Markdown("\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]]))


b3 = moved.of(Parameter(0, "bias", None, 2)).intervals[0]
table(
    ("the article says", "measured here", "verdict"),
    ("a ReLU gives a ray, always upward", f"lowest value of 1,000 random rays: {lowest:g}", "true"),
    ("biases 1, 0.5, 0; output weights 4, -8, 5; output bias -1", "the same, exactly", "true"),
    (
        "v1 = v2 = v3 = 0",
        f"with 0 the network is the constant {printed(0.3):g}; with 1 it is the zigzag",
        "**false**, a slip",
    ),
    ("N segments take N ReLUs", f"30 of 30 random curves, largest distance {worst:.0e}", "true on an interval"),
    (
        "any continuous function",
        f"sin 3x: {errors[0]:.1e} with 4 units, {errors[-1]:.1e} with 32",
        "true: error falls as 1/N²",
    ),
    ("changing ReLU 1 affects everything to the right", "v1, b1, w1 change all of [-1, 1]", "true"),
    ("ReLU 3 moves its own segment only", f"v3 and w3 do; b3 changes [{b3[0]:g}, {b3[1]:g}]", "true but for its bias"),
    (
        "some parameters have more impact than others",
        "unit 1 {:.2f}, unit 2 {:.2f}, unit 3 {:.2f}".format(*impact),
        "true; unit 2 has most",
    ),
    (
        "(open) more than one hidden layer",
        f"6 units in two layers: {needed} segments; 16 in eight: {folds[-1][2]}",
        "layers multiply",
    ),
)

# %%
assert [(h.weight, h.bias, h.coefficient) for h in network.hinges()] == [(1, 1, 4), (1, 0.5, -8), (1, 0, 5)]
assert network.biases[-1][0] == -1
assert to_function(network).distance(zigzag, interval=(-1, 1)) == 0
assert lowest == 0
assert (printed(x) == -1).all()
assert all(units == n for n, units, _, _ in counts)
assert worst < 1e-9
assert all(3.5 < larger / smaller < 5 for larger, smaller in pairwise(errors))
where = {influence.parameter: influence.intervals for influence in moved.influences}
assert where[Parameter(0, "weight", 0, 0)][0][0] == where[Parameter(0, "bias", None, 0)][0][0] == -1
assert where[Parameter(0, "bias", None, 1)] == ((-0.6, 1.0),)
assert where[Parameter(1, "weight", 1, 0)] == ((-0.5, 1.0),)
assert where[Parameter(1, "weight", 2, 0)] == ((0.0, 1.0),)
assert b3 == (-0.1, 1.0)
assert impact[1] > impact[0] > impact[2]
assert needed > 6
assert folds[-1] == (8, 16, 256)
assert deep < flat / 50
