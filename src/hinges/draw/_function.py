"""Views of functions: a curve with its kinks, the hinges it is made of, data and residuals."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.convert import to_function
from hinges.data import Dataset
from hinges.draw._marks import Mark, Panel, Points, Polyline, Rug, Scene
from hinges.draw._numbers import short
from hinges.draw._theme import unit_role
from hinges.draw._window import Interval, hinge_kinks, padded, seen, visible
from hinges.nets import ACTIVATIONS, Hinge, Network
from hinges.pwl import PiecewiseLinear

SAMPLES = 1001  # of a curve that is not piecewise linear
MOST_OUTPUTS = 10
MOST_LABELS = 40  # numbers of units under a panel


def piecewise_linear(network: Network) -> bool:
    """Tell whether a network's function is piecewise linear."""
    kinds = (getattr(node, "kind", "linear") for node in network.nodes)
    return all(ACTIVATIONS[kind].piecewise_linear for kind in kinds)


def is_hinge_sum(network: Network) -> bool:
    """Tell whether a network is one input, one hidden ReLU layer and one linear output."""
    return network.is_hinge_sum and network.outputs == 1


def hinge_network(hinge: Hinge, *, scaled: bool = True) -> Network:
    """Give one hinge as a network of one unit; `scaled=False` leaves its coefficient out."""
    coefficient = hinge.coefficient if scaled else 1.0
    return Network.dense([[[hinge.weight]], [[coefficient]]], [[hinge.bias], [0.0]])


def curve_xy(data: Dataset | None) -> tuple[Floats, Floats] | None:
    """Give x and y of data with one input and one output."""
    if data is None:
        return None
    x, y, _ = data.curve()
    return x, y


def data_points(xy: tuple[Floats, Floats] | None, label: str = "data") -> list[Mark]:
    """Give data as dots, smaller where there are many."""
    if xy is None:
        return []
    size = 5.0 if len(xy[0]) <= 60 else 4.0 if len(xy[0]) <= 400 else 2.5
    return [Points(*xy, "data", size, label=label)]


def function_panel(
    f: PiecewiseLinear | None, *, network: Network | None = None, data: Any = None,
    interval: Any = None, title: str = "The function", note: str = "", label: str = "", kinks: bool = True,
) -> Panel:  # fmt: skip
    """Give a panel with a function, its kinks, the hinges of its network (cut at the panel's edges) and data.

    Exact: the curve goes through the function's own vertices. A dot on it marks a kink, in its unit's colour.

    Arguments:
        f: the function; None for that of the network, or, without a network, for the data alone.
        network: whose hinges are drawn, where it is a sum of hinges.
        data: a Dataset or a pair (x, y).
        interval: (a, b), what is seen of x.
        title: of the panel.
        note: a quiet line under the title.
        label: what the curve is called in the legend.
        kinks: whether to draw kinks and hinges at all.
    """
    xy = curve_xy(None if data is None else Dataset.of(data))
    hinges = network.hinges() if kinks and network is not None and is_hinge_sum(network) else ()
    drawn = f
    if f is None and network is not None and piecewise_linear(network):
        f, drawn = to_function(network), network
    bends = np.concatenate([hinge_kinks(hinges), f.breakpoints if f else np.zeros(0)])
    window = seen(interval, xy[0] if xy else None, bends)
    curves = _curves(drawn, network, window, label or ("network" if network and xy else "function" if xy else ""))
    inside = [] if xy is None else [xy[1][(window[0] <= xy[0]) & (xy[0] <= window[1])]]
    y_range = _with_room_for_numbers(padded([*(curve.y for curve in curves), *inside]), hinges, window)
    marks: list[Mark] = [*_rays(hinges, window), *data_points(xy), *curves]
    if f is not None and kinks:
        marks += kink_dots(f, hinges, window)
    marks += kink_rug(hinges, window)
    names = ("x", "y") if data is None else (Dataset.of(data).x_names[0], Dataset.of(data).y_names[0])
    return Panel(title, tuple(marks), window, y_range, *names, note)


def _curves(
    f: PiecewiseLinear | Network | None, network: Network | None, window: Interval, label: str
) -> list[Polyline]:
    if f is not None:
        return [Polyline(*visible(f, window), "fit", 2.2, label=label)]
    if network is None:
        return []
    x = np.linspace(*window, SAMPLES)
    return [Polyline(x, np.asarray(network(x)), "fit", 2.2, sampled=True, label=label)]


def _with_room_for_numbers(y_range: Interval, hinges: tuple[Hinge, ...], window: Interval) -> Interval:
    """Give the range with room at its bottom, where the numbers of units stand."""
    low, high = y_range
    return (low - 0.07 * (high - low), high) if kink_rug(hinges, window) else y_range


def _rays(hinges: tuple[Hinge, ...], window: Interval) -> list[Mark]:
    rays: list[Mark] = []
    for i, hinge in enumerate(hinges):
        x, y = visible(hinge_network(hinge), window)
        off = y == 0
        kept = ~(off & np.append(off[1:], True) & np.insert(off[:-1], 0, True))  # the stretch of zeros is left out
        if np.any(y != 0):
            rays.append(Polyline(x[kept], y[kept], unit_role(i), 1.0))
    return rays


def kink_dots(f: PiecewiseLinear, hinges: tuple[Hinge, ...], window: Interval) -> list[Mark]:
    """Give hollow dots on the curve: at each unit's kink in its colour, or at the function's kinks."""
    dots: list[Mark] = []
    if not hinges:
        kinks = f.kinks[(window[0] <= f.kinks) & (f.kinks <= window[1])]
        return [Points(kinks, np.asarray(f(kinks)), "fit", 7.0 if len(kinks) <= 60 else 4.0, hollow=True)]
    inside = [(i, h.kink) for i, h in enumerate(hinges) if window[0] <= h.kink <= window[1] and h.slope_change]
    for i, kink in inside:
        size = 8.0 if len(inside) <= 24 else 5.0
        dots.append(Points(np.array([kink]), np.array([f(kink)]), unit_role(i), size, hollow=True))
    return dots


def kink_rug(hinges: tuple[Hinge, ...], window: Interval) -> list[Mark]:
    """Give the numbers of the units at their kinks, on the bottom edge."""
    inside = [i for i, hinge in enumerate(hinges) if window[0] <= hinge.kink <= window[1]]
    if not inside:
        return []
    texts = tuple(str(i) if len(inside) <= MOST_LABELS else "" for i in inside)
    return [Rug(hinge_kinks(hinges)[inside], tuple(unit_role(i) for i in inside), texts)]


def hinges_panel(hinges: tuple[Hinge, ...], window: Interval, *, bias: float, title: str) -> Panel:
    """Give a panel with every scaled hinge, whole, on its own range of y."""
    marks = _rays(hinges, window)
    marks += kink_rug(hinges, window)
    heights = [mark.y for mark in marks if isinstance(mark, Polyline)]
    note = f"they add up to the function, with the output bias {short(bias, 6)}"
    y_range = _with_room_for_numbers(padded([[0.0], *heights]), hinges, window)
    return Panel(title, tuple(marks), window, y_range, "x", "", note)


def residual_panel(f: Callable[[Floats], Any], data: Any, *, window: Interval, largest: float | None = None) -> Panel:
    """Give a panel with data minus function, row by row; `largest` draws the error no row exceeds."""
    x, y, _ = Dataset.of(data).curve()
    residual = y - np.asarray(f(x))
    reach = float(np.abs(residual).max()) if largest is None else largest
    stems: list[Mark] = [Points(x, residual, "residual", 4.0)]
    with np.errstate(over="ignore"):  # of residuals past 1e154 float64 holds no square
        squares = float(np.mean(residual**2))
    note = f"largest {short(reach)}" + (f", mean square {short(squares)}" if np.isfinite(squares) else "")
    return Panel("Residual", tuple(stems), window, padded([residual, [0.0]]), "x", "data \u2212 function", note)


def function_scene(value: PiecewiseLinear | Network, *, interval: Any = None, data: Any = None) -> Scene:
    """Give the view "function" of a function or a network of one input."""
    if isinstance(value, PiecewiseLinear):
        return Scene((function_panel(value, data=data, interval=interval),))
    if value.outputs > 1:
        return Scene((_outputs_panel(value, interval),))
    if not is_hinge_sum(value):
        note = "" if piecewise_linear(value) else f"a smooth activation: drawn through {SAMPLES} points"
        panel = function_panel(None, network=value, data=data, interval=interval, note=note)
        return Scene((panel,))
    hinges = value.hinges()
    panel = function_panel(None, network=value, data=data, interval=interval, title=_counted(hinges))
    below = hinges_panel(hinges, panel.x_range, bias=float(value.biases[-1][0]), title="Its hinges")
    return Scene((panel, _in_row(below, 1)), width=760.0, height=640.0, row_weights=(1.7, 1.0), leading=True)


def _in_row(panel: Panel, row: int) -> Panel:
    return replace(panel, row=row)


def _counted(hinges: tuple[Hinge, ...]) -> str:
    return f"The function of {len(hinges)} hinge{'s' * (len(hinges) != 1)}"


def _outputs_panel(network: Network, interval: Any) -> Panel:
    """Give every output of a network of one input, at most MOST_OUTPUTS of them."""
    shown = min(network.outputs, MOST_OUTPUTS)
    marks: list[Mark] = []
    if piecewise_linear(network):
        functions = [to_function(network, output=i) for i in range(shown)]
        window = seen(interval, None, np.concatenate([f.kinks for f in functions]))
        marks += [
            Polyline(*visible(f, window), unit_role(i), 2.0, label=f"output {i}") for i, f in enumerate(functions)
        ]
    else:
        window = seen(interval, None, [])
        x = np.linspace(*window, SAMPLES)
        y = np.asarray(network(x))
        marks += [Polyline(x, y[:, i], unit_role(i), 2.0, sampled=True, label=f"output {i}") for i in range(shown)]
    note = "" if shown == network.outputs else f"the first {shown} of {network.outputs} outputs"
    heights = [mark.y for mark in marks if isinstance(mark, Polyline)]
    return Panel("The outputs", tuple(marks), window, padded(heights), "x", "y", note)
