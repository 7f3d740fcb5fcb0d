"""What a notebook shows of values: words, a picture on its own ground, numbers to unfold."""

import base64
import re

import numpy as np
import pytest

from hinges import (
    Best,
    Dataset,
    Interpolation,
    Line,
    Network,
    PiecewiseLinear,
    Plane,
    approximate,
    error_curve,
    example,
    fit,
    regions,
    slice_along,
)
from hinges.draw._cards import card_html, card_text
from hinges.optimal import recommend

SINE = example("sine")
BEST = fit(SINE, Best(units=4))
PLANE = Network.dense([[[1.0, 0.5], [0.0, -1.0]], [[1.0], [2.0]]], [[0.0, 0.5], [1.0]])


def values():
    return {
        "data": SINE,
        "fit": BEST,
        "function": BEST.function,
        "network": BEST.network,
        "two inputs": PLANE,
        "bounds": BEST.bounds,
        "approximation": approximate(np.sin, Interpolation(units=4), interval=(0, 3)),
        "slice": slice_along(PLANE, Line.between([0, 0], [1, 1])),
        "regions": regions(PLANE, Plane.inputs(), bounds=(-1, 1, -1, 1)),
    }


@pytest.mark.needs("matplotlib")
@pytest.mark.parametrize("name", values())
def test_a_value_has_a_picture_on_its_own_ground(name):
    shown = card_html(values()[name])
    (picture,) = re.findall(r'<img alt="[^"]+" src="data:image/(svg\+xml|png);base64,([^"]+)" style="([^"]+)"/>', shown)
    kind, encoded, style = picture
    drawn = base64.b64decode(encoded, validate=True)
    assert (b"<svg" in drawn) if kind == "svg+xml" else drawn.startswith(b"\x89PNG")
    assert "background:#fff" in style
    words = shown.replace(encoded, "")
    assert "color:" not in words.replace(style, "")  # the notebook's own, light or dark
    assert len(shown) < 400_000


def test_a_fit_says_how_good_it_is_and_shows_its_hinges():
    text = card_text(BEST)
    assert "A network of 4 units in one hidden layer, 1 input, 1 output, loss 0.00308" in text
    assert "(proven)" in text
    assert text.count("\n") >= 8
    for hinge in BEST.network.hinges():
        assert f"{hinge.kink:.3f}"[:-1] in text


def test_what_has_no_picture_is_shown_in_words():
    advice = recommend(error_curve(SINE, 3), SINE)
    assert str(advice) in card_text(advice)
    assert "<img" not in card_html(advice)


def test_texts_of_strangers_are_escaped():
    network = Network.dense([[[1.0]], [[1.0]]], [[0.0], [0.0]], notes=("<script>alert(1)</script>",))
    assert "<script" not in card_html(network)


def test_values_print_in_a_line():
    assert repr(BEST.network) == "Network(1 -> 4 relu -> 1)"
    assert re.fullmatch(r"FitResult\(Network\(1 -> 4 relu -> 1\), loss 0\.00308105, gap 0\.0\d%\)", repr(BEST))
    for value in values().values():
        assert "\n" not in repr(value) or isinstance(value, (PiecewiseLinear, Dataset))
