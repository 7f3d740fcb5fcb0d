"""Extrapolation: what networks say far outside the data."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from hinges import _arrays
from hinges.convert import to_function
from hinges.data import Dataset
from hinges.draw._function import SAMPLES, data_points, piecewise_linear
from hinges.draw._marks import Band, EndLabel, Mark, Panel, Polyline, Scene
from hinges.draw._numbers import short
from hinges.draw._theme import unit_role
from hinges.draw._window import Interval, padded, visible
from hinges.errors import InvalidInputError
from hinges.fits import Approximation, FitResult
from hinges.nets import Network

REACH = 1.5  # lengths of the data seen on either side of it
TALLEST = 2.0  # heights of the data seen above and below it
FAR = 1e6  # widths of the picture: where a smooth function has become a straight line
FLAT = 0.02  # heights of the data over the picture: a curve that rises less is called flat
MOST_CURVES = 10


def extrapolation_scene(networks: Mapping[str, Any], *, interval: Any = None, data: Any = None) -> Scene:
    """Give the functions of networks on the data and far beyond it on both sides, and how each one goes on.

    Exact for piecewise-linear networks; others are drawn through points.

    Arguments:
        networks: by name ("" for one without): a Network, FitResult or Approximation of one input and one output.
        interval: (a, b), what is seen of x; else the data and 1.5 times its length on both sides.
        data: a Dataset or a pair (x, y).
    """
    if data is None:
        raise InvalidInputError("the view 'extrapolation' needs data=...: it shows what lies beyond it")
    x, y, _ = Dataset.of(data).curve()
    low, high = float(x.min()), float(x.max())
    window = _arrays.interval(interval) if interval is not None else padded([x], REACH)
    chosen = {str(name): _network(name, value) for name, value in networks.items()}
    if not 0 < len(chosen) <= MOST_CURVES:
        raise InvalidInputError(f"networks must hold 1 to {MOST_CURVES} of them, not {len(chosen)}")
    shown = padded([y], TALLEST)
    height = float(np.ptp(y)) or 1.0
    marks: list[Mark] = [Band(low, high, "x", "band", "the data")]
    ends: list[Mark] = []
    for i, (name, network) in enumerate(chosen.items()):
        role = unit_role(i) if len(chosen) > 1 else "fit"
        curve = _curve(network, window, role)
        marks.append(curve)
        at = min(max(float(curve.y[-1]), shown[0]), shown[1])
        ends.append(EndLabel(at, f"{name} {_onward(network, window, height)}".strip(), role))
    heights = [np.clip(mark.y, *shown) for mark in marks if isinstance(mark, Polyline)]
    marks += [*data_points((x, y), ""), *ends]
    names = Dataset.of(data)
    title, note = "Beyond the data", "the shaded strip is all that the training has seen"
    panel = Panel(title, tuple(marks), window, padded([y, *heights]), names.x_names[0], names.y_names[0], note)
    return Scene((panel,), width=920.0, height=440.0)


def _network(name: object, value: Any) -> Network:
    network = value.network if isinstance(value, (FitResult, Approximation)) else value
    if not isinstance(network, Network):
        raise InvalidInputError(f"networks[{name!r}] must be a Network or a FitResult, not {type(value).__name__}")
    if network.inputs != 1 or network.outputs != 1:
        raise InvalidInputError(
            f"networks[{name!r}] has {network.inputs} inputs and {network.outputs} outputs: one of each is expected"
        )
    return network


def _curve(network: Network, window: Interval, role: str) -> Polyline:
    if piecewise_linear(network):
        return Polyline(*visible(network, window), role, 2.2)
    x = np.linspace(*window, SAMPLES)
    return Polyline(x, np.asarray(network(x)), role, 2.2, sampled=True)


def _onward(network: Network, window: Interval, height: float) -> str:
    """Say how the function goes on to the right: for a smooth one, from two places far beyond the picture."""
    low, high = window
    width = high - low
    if piecewise_linear(network):
        slope, limit = to_function(network).right_slope, float(network(high))  # pyright: ignore[reportArgumentType]
    else:
        limit, further = np.asarray(network([high + FAR * width, high + 2 * FAR * width])).tolist()
        slope = (further - limit) / (FAR * width)
    if abs(slope) * width < FLAT * height:
        return f"flattens out at {short(limit, 2)}".replace("-", "\u2212")
    return f"goes on with slope {short(slope, 2)}".replace("-", "\u2212")
