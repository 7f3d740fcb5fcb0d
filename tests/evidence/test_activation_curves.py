"""Why the curves of an image network along its pixels are so straight: exact counts of kinks on the digits.

A network of 64 pixels, 128 units and 10 outputs, three seeds. Bends are in parts of the standard deviation of the
outputs over the images.
"""

import warnings

import numpy as np
import pytest

from hinges import Network, example
from hinges.analysis import Line, slice_along, sweep_features

SEEDS = (0, 1, 2)
PAIRS = 20


def prepared(scaling):
    """The images, scaled, their classes, and what 0 and 1 become."""
    data = example("digits")
    x, labels = np.asarray(data.x), np.asarray(data.y).ravel()
    x = x / x.max()
    shift = np.zeros(64) if scaling == "plain" else x.mean(axis=0)
    deviation = np.where(x.std(axis=0) > 0, x.std(axis=0), 1.0) if scaling == "standardised" else np.ones(64)
    return (x - shift) / deviation, labels, -shift / deviation, (1.0 - shift) / deviation


@pytest.fixture(scope="module")
def trained():
    """A network by scaling and seed, with the images it was trained on and its accuracy on the others."""
    neural = pytest.importorskip("sklearn.neural_network")
    made = {}

    def train(scaling, seed):
        if (scaling, seed) not in made:
            x, labels, low, high = prepared(scaling)
            rows = np.random.default_rng(seed).permutation(len(x))
            some, rest = rows[:1400], rows[1400:]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that it stops before it converges
                model = neural.MLPClassifier((128,), max_iter=60, random_state=seed).fit(x[some], labels[some])
            network = Network.dense(model.coefs_, model.intercepts_)
            accuracy = float((np.argmax(network(x[rest]), axis=1) == labels[rest]).mean())
            made[scaling, seed] = (network, x, low, high, accuracy)
        return made[scaling, seed]

    return train


def measured(trained, scaling, what):
    """The mean of a figure over the seeds."""
    return float(np.mean([what(*trained(scaling, seed)[:4]) for seed in SEEDS]))


def along_pixels(times=1.0, images=0):
    """The mean number of kinks of a sweep of one pixel, at the mean image or at real ones."""

    def count(network, x, low, high):
        middle, half = (low + high) / 2, times * (high - low) / 2
        points = x[:: len(x) // images][:images] if images else [x.mean(axis=0)]
        found = [sweep_features(network, point, low=middle - half, high=middle + half) for point in points]
        assert all(each.certified for each in found)
        return np.mean([each.kinks for each in found])

    return count


def of_pixels(figure):
    """The mean of a figure of all sweeps at the mean image, in standard deviations of the outputs."""

    def size(network, x, low, high):
        found = sweep_features(network, x.mean(axis=0), low=low, high=high)
        return (getattr(found, figure) / network(x).std(axis=0)).mean()

    return size


def lines(network, x):
    pairs = np.random.default_rng(0).permutation(len(x))[: 2 * PAIRS].reshape(-1, 2)
    found = [slice_along(network, Line.between(x[a], x[b])) for a, b in pairs]
    assert all(each.certificate.certified for each in found)
    return found


def kinks_between_images(network, x, *_):
    return np.mean([len(each.owners) for each in lines(network, x)])


def bend_between_images(network, x, *_):
    chords = [(each, each.y[0] + each.t[:, None] * (each.y[-1] - each.y[0])) for each in lines(network, x)]
    return np.mean([np.abs(each.y - chord).max(axis=0) for each, chord in chords] / network(x).std(axis=0))


def within(record, claim, value, low, high):
    record(claim, value, f">= {low}")
    record(claim, value, f"<= {high}")


FIGURES = [
    ("plain", "kinks of 128, one pixel over [0, 1], others at the mean", along_pixels(), 1.4, 2.8),
    ("plain", "the same at real images", along_pixels(images=12), 5.0, 6.8),
    ("plain", "the same at the mean, the pixel's range 3 times as wide", along_pixels(3.0), 7.5, 11.5),
    ("plain", "the same, 10 times as wide", along_pixels(10.0), 48, 64),
    ("plain", "the same, 100 times as wide", along_pixels(100.0), 106, 120),
    ("plain", "kinks on the line between two images", kinks_between_images, 18, 23),
    ("plain", "bend along one pixel, in sd of the outputs", of_pixels("bend"), 0.001, 0.005),
    ("plain", "move along one pixel, in sd of the outputs", of_pixels("move"), 0.1, 0.3),
    ("plain", "bend between two images, in sd of the outputs", bend_between_images, 0.04, 0.08),
    ("centred", "kinks of 128, one pixel over its range", along_pixels(), 28, 40),
    ("centred", "kinks on the line between two images", kinks_between_images, 54, 63),
    ("centred", "bend along one pixel, in sd of the outputs", of_pixels("bend"), 0.015, 0.035),
    ("centred", "bend between two images, in sd of the outputs", bend_between_images, 0.12, 0.2),
    ("standardised", "kinks of 128, one pixel over its range", along_pixels(), 68, 86),
    ("standardised", "kinks on the line between two images", kinks_between_images, 57, 68),
    ("standardised", "bend along one pixel, in sd of the outputs", of_pixels("bend"), 0.03, 0.06),
    ("standardised", "bend between two images, in sd of the outputs", bend_between_images, 0.13, 0.21),
]


@pytest.mark.parametrize(("scaling", "claim", "what", "low", "high"), FIGURES)
def test_activation_curves(trained, record, scaling, claim, what, low, high):
    within(record, f"digits 64-128-10, {scaling}: {claim}", measured(trained, scaling, what), low, high)


def test_the_networks_read_digits(trained, record):
    worst = min(trained(scaling, seed)[4] for scaling in ("plain", "centred", "standardised") for seed in SEEDS)
    record("digits 64-128-10: accuracy on images not trained on, the least of nine", worst, ">= 0.96")
