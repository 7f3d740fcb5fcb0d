# ruff: noqa: ANN001, ANN002, ANN201, D100, D103, E501, INP001, T201 - a study: its cells show, print and assert
# Run by tools/studies.py, which makes docs/studies/boring-curves.ipynb of it.
# %% [markdown]
# # Why are these curves so boring?
#
# A layer of 128 ReLU units can draw a curve of up to 129 segments. Somebody who has learned this trains a network on small
# images, 784 pixels, 128 units, 10 classes, and looks at the curve: one pixel is varied from 0 to 1, all others stay at their
# mean. What comes out are almost straight lines, whichever of the 784 pixels it is. "With 128 neurons, I want to see a really
# complex curve. Why don't we get that?" And: which other problems would give more interesting curves?
#
# Here the same is done on 1,797 handwritten digits of 8 x 8 pixels that come with scikit-learn (and with clothes, the original
# images, where a sheet of them is at hand). The curves are not sampled: every kink is computed exactly.

# %%
import os
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown, display
from sklearn.datasets import load_diabetes

from hinges import (
    Dataset,
    Line,
    Network,
    Training,
    accuracy,
    example,
    fit,
    plot,
    read_sprites,
    slice_along,
    sweep_features,
    to_function,
)  # fmt: skip
from hinges.train import LeastSquares, train_many

plt.rcParams.update(
    {
        "figure.dpi": 90,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.color": "0.92",
        "axes.axisbelow": True,
    }
)
SEEDS = range(3)

digits = example("digits")
order = np.random.default_rng(0).permutation(len(digits))
known, unseen = (Dataset(digits.x[rows], digits.y[rows]) for rows in (order[:1400], order[1400:]))
usual = Training(
    hidden=(128,), loss="cross-entropy", kinks="init", standardize=False, relocate=False, learning_rate=1e-3,
    schedule="constant", epochs=20,
)  # fmt: skip


def trained(rows, settings, seeds=SEEDS):
    """Give the networks of some seeds."""
    batch = train_many(rows, settings, seeds)
    return [batch.network(i) for i in range(len(batch))]


readers = trained(known, usual)
network, mean = readers[0], digits.x.mean(axis=0)
print("right on images not seen:", [round(accuracy(net, unseen), 3) for net in readers])
plot([slice_along(network, Line.along_feature(mean, pixel)) for pixel in range(14, 50)], view="sum")

# %% [markdown]
# 36 pixels, one small picture each, as in the question: the sum of the layer's 128 units while the pixel goes from 0 to 1. The
# network reads digits well, and its curves are straight, with hardly a kink.
#
# ## One pixel, closer
#
# The units of the layer, the ten outputs, and the sum, along one pixel in the middle of the image. Ticks mark the kinks.

# %%
middle = slice_along(network, Line.along_feature(mean, 28))
plot(middle, view="units")

# %%
plot(middle, view="outputs")

# %%
plot(middle, view="sum")

# %% [markdown]
# Each of the 128 units gives a straight line here, except for the few whose kink happens to lie on this short way.
#
# ## How boring, in numbers
#
# Along every pixel: at how many places does one of 128 units switch? How far does an output leave the straight line between its
# ends ("bend"), and how far does it move at all? Both are in percent of the standard deviation that the output has over the
# images. All figures are means over the pixels and three networks.


# %%
def along_pixels(network, images, points, low=0.0, high=1.0):
    """Give kinks, bend and move of the sweeps of every input at some points, means."""
    spread = network(images).std(axis=0)
    sweeps = [sweep_features(network, point, low=low, high=high) for point in points]
    assert all(sweep.certified for sweep in sweeps)
    return np.array(
        [
            [sweep.kinks.mean(), 100 * (sweep.bend / spread).mean(), 100 * (sweep.move / spread).mean()]
            for sweep in sweeps
        ]
    ).mean(axis=0)


def between_images(network, images, pairs=20):
    """Give kinks, bend and move on lines between images, means."""
    spread, found = network(images).std(axis=0), []
    for a, b in np.random.default_rng(0).permutation(len(images))[: 2 * pairs].reshape(-1, 2):
        way = slice_along(network, Line.between(images[a], images[b]))
        chord = way.y[0] + way.t[:, None] * (way.y[-1] - way.y[0])
        found.append(
            [
                len(way.owners),
                100 * (np.abs(way.y - chord).max(axis=0) / spread).mean(),
                100 * (np.ptp(way.y, axis=0) / spread).mean(),
            ]
        )
    return np.mean(found, axis=0)


def show(what, figures):
    print(f"{what:48}{figures[0]:6.1f} kinks, bend {figures[1]:5.1f} %, move {figures[2]:5.1f} %")


x = digits.x
plain = {
    "one pixel, the others at their mean": np.mean([along_pixels(net, x, [mean]) for net in readers], axis=0),
    "one pixel, the others as in a real image": np.mean([along_pixels(net, x, x[::150]) for net in readers], axis=0),
    "the line between two real images": np.mean([between_images(net, x) for net in readers], axis=0),
}
for what, figures in plain.items():
    show(what, figures)
most = max(sweep_features(net, mean).kinks.max() for net in readers)
print(f"the most along any pixel at the mean: {most}")

# %% [markdown]
# ## The map of what is of interest
#
# The question asks for the pixels with interesting curves. All of them at once, exactly:

# %%
sweep = sweep_features(network, mean)
plot(sweep, view="kinks")

# %%
plot(sweep, view="bend")

# %% [markdown]
# ## Why
#
# A unit has its kink where w · x + b = 0. At the mean image this sum z has some size, and moving pixel j by 1 changes it by w_j.
# The kink lies on the way only if |w_j| is larger than |z|, with the right sign.

# %%
hidden_weights, hidden_bias = network.weights[0], network.biases[0]
z = mean @ hidden_weights + hidden_bias
reach = np.median(np.abs(z)) / np.median(np.abs(hidden_weights))
print(f"at the mean image {(z > 0).sum()} of 128 units are on")
print(
    f"median |z| {np.median(np.abs(z)):.2f}, median |w| {np.median(np.abs(hidden_weights)):.3f}: a pixel would have to move by {reach:.1f}; it can move by 1"
)

# %% [markdown]
# One pixel of 64 is a small part of what a unit sees: from where most images are, its kink is out of reach. If that is the reason,
# more kinks must come with a longer way. Let the pixel move further than an image ever does:

# %%
wider = {}
for times in (1, 3, 10, 100):
    low, high = 0.5 - times / 2, 0.5 + times / 2
    wider[times] = np.mean([along_pixels(net, x, [mean], low, high) for net in readers], axis=0)
    show(f"pixel moves {times} times as far", wider[times])

# %% [markdown]
# All 128 kinks are there. They are only not between 0 and 1.
#
# ## Centred and standardised inputs
#
# At the mean image of raw pixels (all of them positive) a unit's sum z is far from 0. Subtract the mean image before training, and z
# at the mean is the bias alone. Divide each pixel by its standard deviation too, and a pixel at the border, which nearly never
# changes, moves the sums as much as one in the middle.

# %%
deviation = np.where(x.std(axis=0) > 0, x.std(axis=0), 1.0)
prepared = {"raw": (0.0, 1.0), "centred": (mean, 1.0), "standardised": (mean, deviation)}
compared = {}
for name, (shift, scale) in prepared.items():
    images, low, high = (x - shift) / scale, (np.zeros(64) - shift) / scale, (np.ones(64) - shift) / scale
    training, testing = (Dataset(images[rows], digits.y[rows]) for rows in (order[:1400], order[1400:]))
    nets = trained(training, usual)
    right = np.mean([accuracy(net, testing) for net in nets])
    pixel = np.mean([along_pixels(net, images, [images.mean(axis=0)], low, high) for net in nets], axis=0)
    lines = np.mean([between_images(net, images) for net in nets], axis=0)
    compared[name] = pixel, lines, right
    show(f"{name}, one pixel at the mean ({right:.1%} right)", pixel)
    show(f"{name}, between two images", lines)

# %% [markdown]
# (With Keras's start the biases begin at 0. Where they begin at random, as scikit-learn's and torch's do, centred pixels give some 32 kinks.)
# The same images, the same number of pixels and units, the same accuracy, and thirty times as many kinks along a pixel. So **it is not
# the number of dimensions**, and the units do not have to compromise between 64 curves: it is where the kinks lie.
#
# ## Other problems, one metric for all
#
# 128 units everywhere, standardised, trained by the same recipe; one input moves over its whole range, the others stay at their mean.


# %%
def tiles(count):
    """Give a real picture as coordinates: digits side by side; (row, column) -> grey."""
    sheet = np.block([[digits.x[4 * i + j].reshape(8, 8) for j in range(count)] for i in range(count)])
    places = np.argwhere(np.ones_like(sheet)).astype(float)
    return Dataset(places, sheet.ravel())


t = np.linspace(0, 2 * np.pi, 400)
wave = np.random.default_rng(1).uniform(0, 10, 400)
moments = np.arange(600)
chaos = [0.3]
while len(chaos) < 400:
    chaos.append(3.9 * chaos[-1] * (1 - chaos[-1]))
diabetes = load_diabetes()
domains = {
    "1-D curve, sin x": Dataset(wave, np.sin(wave)),
    "parametric curve, t -> (x, y)": Dataset(t, np.column_stack([np.sin(3 * t), np.sin(4 * t)])),
    "2-D image, (row, column) -> grey": tiles(2),
    "chaotic series, 3 values -> the next": Dataset(np.arange(400), chaos).windows(3),
    "series of waves, 20 values -> the next": Dataset(
        moments, np.sin(0.3 * moments) + np.sin(0.073 * moments) ** 3
    ).windows(20),
    "diabetes, 10 features -> progress": Dataset(diabetes.data, diabetes.target),
    "digits, 64 pixels -> 10 classes": known,
}
metric = {}
for name, rows in domains.items():
    settings = Training(
        hidden=(128,), steps=3000, loss="cross-entropy" if name.startswith("digits") else "mse", relocate=False
    )
    low, high = rows.x.min(axis=0), rows.x.max(axis=0)
    live = high > low  # a pixel that is the same in all images has no range
    low, high = np.where(live, low, low - 0.5), np.where(live, high, high + 0.5)
    found = []
    for net in trained(rows, settings):
        spread = net(rows.x).std(axis=0)
        each = sweep_features(net, rows.x.mean(axis=0), low=low, high=high)
        found.append([each.kinks[live].mean(), each.bending[live].mean(), 100 * (each.bend / spread)[live].mean()])
    metric[name] = np.mean(found, axis=0)
print(f"{'':40}kinks of 128    of them bend an output    bend in % of the outputs' sd")
for name, (kinks, bending, bend) in metric.items():
    print(f"{name:40}{kinks:12.0f} {bending:20.0f} {bend:26.0f}")

# %%
figure, ax = plt.subplots(figsize=(8, 2.8), layout="constrained")
ax.barh(list(metric)[::-1], [figures[2] for figures in metric.values()][::-1], color="C0")
ax.set_xlabel("bend along one input, in % of the outputs' standard deviation")
plt.show()

# %% [markdown]
# Kinks are everywhere, now that inputs are standardised; what differs is how much the curve *needs* them. The question's last wish has
# an answer: curves are interesting where **few inputs** carry the output: a curve, a parametric curve, a picture as a function of its
# coordinates. A chaotic series bends too; one made of waves does not, because its next value is nearly a linear function of those before. For the parametric curve and the
# picture this is what the layer draws:

# %%
patient = Training(hidden=(128,), batch_size=None, learning_rate=1e-2, steps=3000, relocate=False)
exacting = Training(hidden=(128,), optimizer="lbfgs", steps=900, relocate=False)
(lissajous,) = trained(domains["parametric curve, t -> (x, y)"], patient, [0])
(picture,) = trained(domains["2-D image, (row, column) -> grey"], exacting, [0])
drawn, shape = lissajous(t), to_function(lissajous)
figure, axes = plt.subplots(1, 3, figsize=(10, 3.4), layout="constrained")
axes[0].plot(*domains["parametric curve, t -> (x, y)"].y.T, color="0.8", linewidth=5)
axes[0].plot(*drawn.T)
axes[0].set(title=f"t -> (x, y), {len(shape.kinks)} kinks", aspect="equal")
for ax, title, grey in ((axes[1], "the picture", tiles(2).y), (axes[2], "from 128 units", picture(tiles(2).x))):
    ax.imshow(grey.reshape(16, 16), cmap="Greys", vmin=0, vmax=1)
    ax.set_title(title)
    ax.axis("off")
plt.show()

# %% [markdown]
# ## Is a layer a hologram?
#
# The questioner's own answer: the neurons "are not modelling just one curve, but 748 curves" and must find a middle ground. (784, for
# images of 28 x 28.) There are two ways in which one layer can model many curves. **Many outputs of one input** share the kinks but have
# output weights of their own. **Many inputs** have to share the units. Random smooth curves: first outputs on one layer of 128 fixed kinks, each with output weights of its own (by
# least squares); then inputs, all 128 units trained:


# %%
def smooth(inputs, curves, seed=0):
    """Give random smooth functions of one variable, (n,) -> (n, curves), each with variance about 1."""
    rng = np.random.default_rng(seed)
    phases, sizes = rng.uniform(0, 2 * np.pi, (4, curves)), rng.normal(size=(4, curves))
    waves = np.sin(np.arange(1, 5)[:, None] * np.pi * inputs[:, None, None] + phases)
    return (waves * sizes).sum(axis=1)


place = np.linspace(-1, 1, 600)
layer = Network.dense([np.ones((1, 128))], [-np.linspace(-1.01, 1, 128)], ["relu"])  # 128 kinks, evenly spaced


def shared(count):
    """Give the part of the variance that is missed when this one layer serves `count` outputs of one input."""
    rows = Dataset(layer(place[:, None]), smooth(place, count))
    return fit(rows, LeastSquares()).loss / rows.y.var()


def added(count):
    """Give the part missed, on rows held out, when the output is a sum of curves of `count` inputs."""
    places = np.random.default_rng(1).uniform(-1, 1, (2000, count))
    rows = Dataset(places, sum(smooth(places[:, i], 1, seed=i) for i in range(count)))
    settings = Training(hidden=(128,), optimizer="lbfgs", steps=250, relocate=False, validation=0.25)
    return train_many(rows, settings, [0]).validation_losses[0] / rows.y.var()


outputs = {count: shared(count) for count in (1, 16, 256)}
inputs = {count: added(count) for count in (1, 4, 16)}
print(
    "curves of one input, part of the variance missed:",
    "  ".join(f"{count}: {error:.0e}" for count, error in outputs.items()),
)
print(
    "sum of curves of so many inputs, part missed:    ",
    "  ".join(f"{count}: {error:.0e}" for count, error in inputs.items()),
)

# %% [markdown]
# 256 curves of one input cost next to nothing: kinks are shared, output weights are not. Curves along many *inputs* do cost: a unit
# that bends along one input is one fewer for the others. (With 16 inputs more than all of the variance is missed on rows held out: the mean
# would be a better answer.)
#
# ## The original images
#
# 900 images of clothes (Fashion-MNIST, 28 x 28) from a sheet, if the variable `FASHION_MNIST_SHEET` says where it lies.

# %%
sheet = os.environ.get("FASHION_MNIST_SHEET")
clothes = {}
if sheet:
    fashion = read_sprites(sheet)
    some = np.random.default_rng(0).permutation(len(fashion))
    training, testing = (Dataset(fashion.x[rows], fashion.y[rows]) for rows in (some[:700], some[700:]))
    wardrobe, average = trained(training, replace(usual, epochs=40)), fashion.x.mean(axis=0)
    print(
        f"784-128-10, {len(training)} images; right on {len(testing)} others:",
        [round(accuracy(net, testing), 2) for net in wardrobe],
    )
    clothes["one pixel, the others at their mean"] = np.mean(
        [along_pixels(net, fashion.x, [average]) for net in wardrobe], axis=0
    )
    clothes["the line between two real images"] = np.mean([between_images(net, fashion.x) for net in wardrobe], axis=0)
    for what, figures in clothes.items():
        show(what, figures)
    along = [
        slice_along(wardrobe[0], Line.along_feature(average, 28 * row + column))
        for row in (6, 10, 14, 18, 22)
        for column in range(4, 28, 4)
    ]
    display(plot(along, view="sum"))
else:
    print("no sheet of clothes here: the digits above say the same")

# %% [markdown]
# ## Answer
#
# **The curves are boring because the kinks are elsewhere. One pixel moves a unit's sum by a small part of what it would take to reach
# its kink, so one or two of 128 units bend. Standardise the pixels, or walk from one image to another, or take a problem with
# few inputs, and the curves have as many kinks as one could wish.**


# %%
def table(*rows):
    lines = ["| " + " | ".join(str(entry) for entry in row) + " |" for row in rows]
    return Markdown("\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]]))


at_mean, at_images, between = plain.values()
smaller = f" (on clothes by {next(iter(clothes.values()))[2]:.0f} %)" if clothes else ""
standard = compared["standardised"][0]
table(
    ("the thread says", "measured here", "verdict"),
    ("128 neurons give only simple curves along a pixel", f"{at_mean[0]:.1f} of 128 kinks, at most {most}", "true"),
    (
        "because they model 748 curves at once",
        f"same pixels standardised: {standard[0]:.0f} kinks, {compared['standardised'][2]:.1%} right",
        "**false** (and it is 784): not the number, the place",
    ),
    (
        "the scales are probably incredibly small",
        f"a pixel moves the outputs by {at_mean[2]:.0f} % of their spread{smaller}, and bends them by {at_mean[1]:.1f} %",
        "**false**: not small, straight",
    ),
    (
        "find the pixels with interesting curves",
        f"the map of all pixels; {wider[100][0]:.0f} kinks if they could move 100 times as far",
        "there are none",
    ),
    (
        "one layer learns several curves at lower degree",
        f"256 curves of one input miss {outputs[256]:.0e}, one misses {outputs[1]:.0e}",
        "**false** for many outputs",
    ),
    (
        "(the same)",
        f"curves along 1 input miss {inputs[1]:.0e}, along 16 inputs {inputs[16]:.0e}",
        "true for many inputs",
    ),
    (
        "a single ReLU layer cannot do images",
        f"{np.mean([accuracy(net, unseen) for net in readers]):.1%} of unseen digits right",
        "**false** for these",
    ),
    (
        "a 1-D curve with enough units works accurately",
        "bend {:.0f} % with {:.0f} kinks".format(metric["1-D curve, sin x"][2], metric["1-D curve, sin x"][0]),
        "true",
    ),
    (
        "which domains are better suited?",
        "bend {:.0f} % (t to a curve), {:.0f} % (image as coordinates), {:.0f} % (10 features), {:.0f} % (digits)".format(
            *(figures[2] for name, figures in metric.items() if name[0] in "p2d")
        ),
        "few inputs",
    ),
)

# %%
assert 1 < at_mean[0] < 4
assert most <= 12
assert 4 < at_images[0] < 9
assert 14 < between[0] < 28
assert at_mean[1] < 1 < at_mean[2]
assert wider[1][0] < wider[3][0] < wider[10][0] < wider[100][0]
assert wider[100][0] > 100
assert 20 < compared["centred"][0][0] < 50
assert 60 < standard[0] < 95
assert 50 < compared["standardised"][1][0] < 75
assert min(right for _, _, right in compared.values()) > 0.95
assert metric["1-D curve, sin x"][0] > 64
assert metric["1-D curve, sin x"][2] > 100 > 10 * metric["digits, 64 pixels -> 10 classes"][2] / 5
assert outputs[256] < 1e-5
assert inputs[1] < 1e-2
assert inputs[16] > 10 * inputs[4]
assert not clothes or clothes["one pixel, the others at their mean"][0] < 4
