# ruff: noqa: ANN001, ANN002, ANN201, B018, D100, D103, E501, INP001, T201 - a study: its cells show, print and assert
# Run by tools/studies.py, which makes docs/studies/bricks-and-paths.ipynb of it.
# %% [markdown]
# # Bricks, tents and the path of a point
#
# How can a function that is just a straight line, broken at 0, help a network to learn something like a sine wave? A chapter
# in two parts answers with pictures: straight bricks that make up a curved wall, and a point that walks through a layer and
# gets a "signature". Pictures stick, also where they are wrong. This study builds everything the chapter describes and looks.

# %%
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown

from hinges import (
    Dataset,
    Network,
    PiecewiseLinear,
    Training,
    accuracy,
    example,
    fit,
    plot,
    separation,
    sine_by_hand,
    tent,
    to_function,
    trace,
)  # fmt: skip
from hinges.construct import ramp
from hinges.train import train_many

plt.rcParams.update(
    {"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": "0.92"}
)
SEEDS = 8

plot(
    sine_by_hand()[-1].network, interval=(0, 1), data=(np.linspace(0, 1, 41), np.sin(2 * np.pi * np.linspace(0, 1, 41)))
)

# %% [markdown]
# This is where the first part ends: a sine of two hidden layers with eight units each, and every number in it is found by
# hand. Let us begin with one unit.
#
# ## One neuron: weight, bias, sign

# %%
x = np.linspace(-2, 3, 501)
figure, axes = plt.subplots(1, 4, figsize=(10, 2.4), sharey=True, layout="constrained")
for ax, (w, b) in zip(axes, [(1, 0), (2, 0), (1, -1), (-1, 1)], strict=True):
    ax.plot(x, Network.dense([[[w]]], [[b]], ["relu"])(x))
    ax.set(title=f"w = {w}, b = {b}", xlabel="input", ylim=(-0.3, 4))
plt.show()
for w, b in [(1, 0), (2, 0), (1, -1), (2, -1), (-1, 1)]:
    unit = to_function(Network.dense([[[w]]], [[b]], ["relu"]))
    print(f"w = {w:2d}, b = {b:2d}: slopes {unit.slopes}, bend at {unit.kinks[0]:g}")

# %% [markdown]
# So it is as the chapter says, with three remarks. The weight is the slope, a negative one flips the ramp (it is then on to
# the *left* of its bend, and still never negative), the bias shifts the bend. But the bend is at -b / w: with a bias that is
# not 0, **the weight shifts it too** (third and fourth line). And it is not "still just a straight line": the bend is all.
#
# ## Two neurons: is it a tent?
#
# The chapter's two neurons are y1 = relu(x - 0.2) and y2 = relu(-x + 0.8), and their sum is said to be a tent.

# %%
t = np.linspace(-0.5, 1.5, 401)
claimed = Network.dense([[[1, -1]], [[1], [1]]], [[-0.2, 0.8], [0]])
described = Network.dense([[[1, 1]], [[1], [-1]]], [[-0.2, -0.8], [0]])
curves = {
    "y1 + y2, as printed": claimed,
    "y1 - relu(x - 0.8), as described": described,
    "a tent: three units in one layer": tent(0.2, 0.5, 0.8, height=0.3),
    "a tent: two layers": tent(0.2, 0.5, 0.8, height=0.3, layers=2),
}
figure, axes = plt.subplots(1, 4, figsize=(11, 2.6), sharey=True, layout="constrained")
for ax, (title, network) in zip(axes, curves.items(), strict=True):
    ax.plot(t, network(t))
    ax.set_title(title, fontsize=9)
plt.show()
for title, network in curves.items():
    f = to_function(network)
    print(
        f"{title:34} slopes {np.round(f.slopes, 12) + 0.0} with bends at {np.round(f.kinks, 12)}, largest value on [0, 1] {network(np.linspace(0, 1, 101)).max():.2g}"
    )

# %% [markdown]
# It is not. relu(-x + 0.8) is on *left* of 0.8, not right of it: the printed sum is a bathtub: 0.8 - x, then flat at 0.6, then
# x - 0.2. What the words describe ("the upward slope is cancelled") takes y2 = -relu(x - 0.8), and that is not a tent either but
# a ramp onto a plateau of 0.6, as the chapter's own third line says ("a horizontal line").
#
# **A tent comes down again, so it has three bends, and in one layer it takes three units**:
# relu(x - 0.2) - 2 relu(x - 0.5) + relu(x - 0.8). Two layers can make it of the chapter's own pair, if the second layer takes
# the smaller of the two: min(y1, y2) = y1 - relu(y1 - y2).

# %%
pair = Network.dense(
    [[[1, -1]], [[1, 1], [0, -1]], [[1], [-1]]], [[-0.2, 0.8], [0, 0], [0]]
)  # relu(y1) = y1, and relu(y1 - y2)
three = tent(0.2, 0.5, 0.8, height=0.3)
print("min(y1, y2) is the tent of height 0.3:", np.abs(pair(t) - three(t)).max() < 1e-12)
for hinge in three.hinges():
    print(f"the three-unit tent: at {hinge.kink:g} the slope changes by {hinge.slope_change:g}")

# %% [markdown]
# ## A pair in two layers
#
# The chapter's sine comes from a book whose pairs are "one neuron in the first hidden layer, one in the second": one unit
# *chained* into one unit, relu(w2 relu(w1 x + b1) + b2). What can such a pair draw?

# %%
chained = ramp(0.2, 0.8, height=1.0, layers=2)
print("weights and biases of a chained pair:", [w.item() for w in chained.weights], [b.item() for b in chained.biases])
f = to_function(chained)
print("slopes", f.slopes, "bends", f.kinks)
rng = np.random.default_rng(0)
most = max(
    len(to_function(Network.dense([[[a]], [[b]], [[1]]], [[c], [d], [0]])).kinks)
    for a, b, c, d in rng.normal(size=(2000, 4))
)
print("most bends of 2,000 random pairs:", most)

# %% [markdown]
# A pair is a **ramp with two ends**: flat, climbing, flat. That is the "area of effect". It has two bends at most, so it is no
# tent either; but two hidden layers of eight units make eight ramps, and eight ramps one inside the other make a sine.

# %%
figure, axes = plt.subplots(2, 4, figsize=(11, 4.6), sharex=True, sharey=True, layout="constrained")
s = np.linspace(0, 1, 1001)
wave, by_hand = np.sin(2 * np.pi * s), []
for ax, step in zip(axes.flat, sine_by_hand(), strict=True):
    ax.plot(s, wave, color="0.8", linewidth=4)
    ax.plot(s, step.network(s))
    ax.set_title(step.title, fontsize=9)
    ax.set_ylim(-1.5, 3.2)
    by_hand.append(np.abs(step.network(s) - wave).max())
plt.show()
print("largest error after each pair:", " ".join(f"{error:.3g}" for error in by_hand))
for step in sine_by_hand()[:3]:
    print(step.title, "|", step.sentence)

# %% [markdown]
# ## Training instead of hand work, and 64 units
#
# "The process of training is the computer automatically finding the best values", says the chapter, and "more neurons =
# better". The same network 1-8-8-1, then 1-64-64-1, trained on 200 points of the sine from eight random starts each. As a
# third, a start that is common in teaching code: all weights close to 0 (a hundredth of a normal random number).

# %%
wave_data = Dataset(np.linspace(0, 1, 200), np.sin(2 * np.pi * np.linspace(0, 1, 200)))


def small_start(seed, units):
    rng = np.random.default_rng(seed)
    shapes = [(1, units), (units, units), (units, 1)]
    return Network.dense([0.01 * rng.normal(size=shape) for shape in shapes], [np.zeros(shape[1]) for shape in shapes])


trained = {units: train_many(wave_data, Training(hidden=(units, units), steps=4000), range(SEEDS)) for units in (8, 64)}
tiny = Training(hidden=(8, 8), kinks="init", standardize=False, relocate=False, learning_rate=1e-2, steps=4000)
from_small = train_many(wave_data, tiny, range(SEEDS), starts=[small_start(seed, 8) for seed in range(SEEDS)])
hand_loss = np.mean((sine_by_hand()[-1].network(wave_data.x[:, 0]) - wave_data.y[:, 0]) ** 2)
print(f"by hand, 1-8-8-1:  mean squared error {hand_loss:.1e}")
rows = [*((f"1-{units}-{units}-1", trained[units]) for units in trained), ("1-8-8-1, tiny start", from_small)]
for name, batch in rows:
    kinks = [to_function(batch.network(i)).kinks for i in range(SEEDS)]
    segments = [1 + np.count_nonzero((at > 0) & (at < 1)) for at in kinks]
    quarters = np.percentile(batch.losses, [0, 50, 100])
    print(
        f"{name:20} best {quarters[0]:.1e}, median {quarters[1]:.1e}, worst {quarters[2]:.1e}; segments {min(segments)} to {max(segments)}"
    )

# %%
figure, axes = plt.subplots(1, 2, figsize=(10, 3), sharey=True, layout="constrained")
for ax, (name, batch) in zip(axes, rows[:2], strict=True):
    ax.semilogy(batch.steps, batch.loss_history, linewidth=0.7, color="C0", alpha=0.6)
    ax.axhline(hand_loss, color="C1", linestyle="--", label="by hand, 1-8-8-1")
    ax.set(title=f"{name}: {SEEDS} starts", xlabel="step")
axes[0].set_ylabel("mean squared error")
axes[0].legend(fontsize=8)
plt.show()

# %% [markdown]
# (The peaks on the right are units that bent nothing and were given a new place.) More units are better, and the training finds *good* values. Not always "the best possible" ones: with eight units a layer
# the result depends on the start, the median is ten times worse than the curve by hand, and from the tiny start most runs
# end nowhere near the sine (mean squared error 0.5 is a constant). Hand work is not only an illustration: it is the mark that
# training has to beat.
#
# ## The path of a point
#
# The second part follows the point (0.5, 1.0) through a layer of three units. Here is every number.

# %%
W, b = [[0.2, 0.8, -0.5], [-0.9, 0.2, 0.4]], [2.0, 3.0, 0.5]
layer = Network.dense([W], [b], ["relu"])
path = trace(layer, [0.5, 1.0])
path

# %% [markdown]
# All of the chapter's arithmetic is right: the dot product (-0.8, 0.6, 0.15), with the bias (1.2, 3.6, 0.65), which ReLU leaves
# as it is, and without the bias (0, 0.6, 0.15). The last case is the one that matters: *where a unit is off, the point's
# distance to its line is forgotten*. In this example nothing is ever off near the point, so the layer is an affine map there:

# %%
corners = np.array([[i, j] for i in np.linspace(-2, 2, 41) for j in np.linspace(-2, 2, 41)])
on = trace(layer, corners).layers[0].on
print(
    "share of the square [-2, 2]² where each unit is on:",
    on.mean(axis=0).round(2),
    "; all three:",
    on.all(axis=1).mean().round(2),
)

# %% [markdown]
# ## Detectors, signatures and clusters
#
# "Each neuron is a feature detector", and training shall bring the signatures of one class close to each other, away from the
# other classes. Three classes, as in the chapter: first three clouds, then the three arms of a spiral. How well can the
# classes be told apart by the nearest mean signature, and by a linear rule, before and after training?

# %%
rng = np.random.default_rng(1)
centres = np.repeat([[-0.55, -0.35], [0.55, -0.4], [0.0, 0.6]], 100, axis=0)
clouds = Dataset(centres + 0.2 * rng.normal(size=(300, 2)), np.repeat(np.arange(3), 100))
spiral = example("spiral")
sorting = Training(loss="cross-entropy", batch_size=None, learning_rate=0.05, steps=2000, relocate=False)
runs = {}
for name, data, units in (("clouds", clouds, 3), ("spiral", spiral, 3), ("spiral", spiral, 64)):
    settings = replace(sorting, hidden=(units,))
    runs[name, units] = (data, train_many(data, settings, range(SEEDS)))


def scores(data, network):
    signatures = separation(network, data).layers[0]
    return signatures.nearest_mean, signatures.linear, signatures.threshold_accuracy.max()


apart = {}
print("                 share right: by the nearest mean   by a linear rule   by the best unit alone   by the network")
for (name, units), (data, batch) in runs.items():
    before = np.mean([scores(data, batch.start(i)) for i in range(SEEDS)], axis=0)
    after = np.mean([scores(data, batch.network(i)) for i in range(SEEDS)], axis=0)
    right = np.mean([accuracy(batch.network(i), data) for i in range(SEEDS)])
    apart[name, units] = before, after, right
    print(f"{name}, {units} units: before  " + "".join(f"{value:19.2f}" for value in before))
    print(
        f"{'':{len(name) + len(str(units)) + 9}} after   "
        + "".join(f"{value:19.2f}" for value in after)
        + f"{right:20.2f}"
    )

# %% [markdown]
# On clouds the story holds with three units: before training the three scores are arbitrary, after it each cloud has its own
# place. These are the three scores themselves, a dot a point, drawn before and after:

# %%
data, batch = runs["clouds", 3]
alive = [i for i in range(SEEDS) if not batch.dead[-1][:, i].any()]  # in some runs two units do all the work
good = min(alive, key=lambda i: batch.losses[i])
figure = plt.figure(figsize=(9, 3.8), layout="constrained")
for i, (title, network) in enumerate({"before": batch.start(good), "after": batch.network(good)}.items()):
    ax = figure.add_subplot(1, 2, i + 1, projection="3d")
    signatures = trace(network, data.x).signature(0)
    for c in range(3):
        ax.scatter(*signatures[data.y[:, 0] == c].T, s=6, label=f"class {c}")
    ax.set(title=f"signatures of three clouds, {title} training")
    ax.set_xlabel("unit 0", fontsize=8)
    ax.set_ylabel("unit 1", fontsize=8)
    ax.set_zlabel("unit 2", fontsize=8)
    ax.tick_params(labelsize=7)
ax.legend(fontsize=8, loc="upper right")
plt.show()

# %%
data, batch = runs["spiral", 64]
plot(fit(data, replace(sorting, hidden=(64,))), view="decision", data=data)

# %% [markdown]
# On the spiral three units are not enough: three half-planes cannot follow three turns. 64 units can, and then a linear rule on
# the signatures is nearly always right. But "close to each other in one region" is not what happens: the **nearest mean stays far
# below the linear rule**. The classes become *separable*, not clustered, and no single unit tells them apart.
#
# One example in the chapter is a detector of "proximity to the origin". Can one unit be that? A ReLU unit is 0 on one side of a
# line and climbs on the other, so it sees no disc. Points of a square, and whether they are near the origin:

# %%
square = rng.uniform(-1, 1, size=(2000, 2))
near = Dataset(square, (np.hypot(*square.T) < 0.8).astype(float))
detectors = separation(batch.network(batch.best), near)
trained_disc = train_many(near, replace(sorting, hidden=(16,), steps=1000), range(4))
disc = separation(trained_disc.network(trained_disc.best), near).layers[0]
guess = detectors.majority
print(
    f"saying always the same: {guess:.2f}; best of 64 trained units alone: {detectors.layers[0].threshold_accuracy.max():.2f}"
)
print(
    f"16 units trained for it: best unit alone {disc.threshold_accuracy.max():.2f}, all together by a linear rule {disc.linear:.2f}"
)

# %% [markdown]
# ## Answer
#
# **One broken line is one bend. Bends add up: three make a tent, and many make any curve; a second layer combines ramps into
# shapes with fewer units. A layer gives each point a list of one-sided distances, and training makes the classes separable by
# a straight cut through that list.**


# %%
def table(*rows):
    lines = ["| " + " | ".join(str(entry) for entry in row) + " |" for row in rows]
    return Markdown("\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]]))


losses = {units: batch.losses for units, batch in trained.items()}
table(
    ("the chapter says", "measured here", "verdict"),
    ("weight = slope, bias = place of the bend", "bend at -b / w", "true; the weight moves it too"),
    ("relu(x - 0.2) + relu(0.8 - x) is a tent", f"slopes {to_function(claimed).slopes}: a bathtub", "**false**"),
    ("as described: up, then horizontal", "slopes 0, 1, 0: a ramp to 0.6", "**no tent**: that has three bends"),
    ("layer 1 makes ramps, layer 2 tents", "relu(0.3 - relu(x - 0.5) - relu(0.5 - x))", "true with these weights"),
    ("a pair has an area of effect", f"at most {most} bends: a ramp with two ends", "true"),
    ("pairs in two layers of eight make a sine", f"largest error {by_hand[-1]:.4f}", "true"),
    (
        "training finds the best values",
        f"1-8-8-1: {losses[8].min():.1e} to {losses[8].max():.1e} by start",
        "muddled: good ones, not always",
    ),
    (
        "64 units: smoother and more accurate",
        f"median {np.median(losses[8]):.1e} becomes {np.median(losses[64]):.1e}",
        "true",
    ),
    ("the point (0.5, 1) becomes (1.2, 3.6, 0.65)", f"{path.output.round(10).tolist()}", "true"),
    ("without bias ReLU gives (0, 0.6, 0.15)", f"{path.layers[0].without_bias.round(10).tolist()}", "true"),
    (
        "three detectors separate three classes",
        "clouds {:.2f}, spiral {:.2f}; 64 units {:.2f}".format(
            apart["clouds", 3][2], apart["spiral", 3][2], apart["spiral", 64][2]
        ),
        "only simple classes",
    ),
    (
        "signatures of a class lie close together",
        "spiral, 64 units: nearest mean {:.2f}, linear rule {:.2f}".format(*apart["spiral", 64][1][:2]),
        "muddled: separable, not close",
    ),
    (
        "one unit may detect 'near the origin'",
        f"best unit {disc.threshold_accuracy.max():.2f}, always the same {guess:.2f}, 16 units {disc.linear:.2f}",
        "**false** of one ReLU unit",
    ),
)

# %%
assert to_function(claimed).distance(PiecewiseLinear([0.2, 0.8], [0.6, 0.6], -1, 1), interval=(-5, 5)) < 1e-12
assert to_function(described).distance(ramp_function := to_function(ramp(0.2, 0.8, 0.6)), interval=(-5, 5)) < 1e-12
assert np.allclose(ramp_function.slopes, [0, 1, 0])
assert np.allclose(tent(0.2, 0.5, 0.8, layers=2)(t), tent(0.2, 0.5, 0.8)(t))
assert np.abs(pair(t) - three(t)).max() < 1e-12
assert most == 2
assert by_hand[-1] < 0.00601
assert np.median(losses[64]) < 1e-5 < np.median(losses[8])
assert losses[8].max() > 5 * losses[8].min()
assert np.median(from_small.losses) > 0.05
assert hand_loss < losses[8].min()
assert np.allclose(path.layers[0].dot, [-0.8, 0.6, 0.15])
assert np.allclose(path.output, [1.2, 3.6, 0.65])
assert np.allclose(path.layers[0].without_bias, [0, 0.6, 0.15])
assert apart["spiral", 3][2] < 0.55
assert apart["spiral", 64][2] > 0.93
assert apart["clouds", 3][2] > 0.9
assert apart["spiral", 64][1][0] < apart["spiral", 64][1][1] - 0.1
assert disc.threshold_accuracy.max() < guess + 0.15 < disc.linear
