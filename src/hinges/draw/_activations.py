"""The activations as small multiples: value and derivative, exact where they are piecewise linear."""

from collections.abc import Sequence

import numpy as np

from hinges import _arrays
from hinges._arrays import Floats
from hinges.draw._marks import Mark, Panel, Points, Polyline, Scene
from hinges.errors import InvalidInputError
from hinges.nets import ACTIVATIONS, ActivationFunction

ORDER = ("linear", "relu", "sigmoid", "tanh", "softplus", "leaky_relu")
_REACH = 4.0
_SLOPE = 0.3
_VALUES, _DERIVATIVES = (-1.6, 4.2), (-0.15, 1.25)


def activations_scene(*, derivatives: bool = True, names: Sequence[str] | None = None) -> Scene:
    """Give the activations side by side; `derivatives` adds a row with their slopes.

    The piecewise-linear ones are drawn through their exact vertices, the others through samples. At the kink of
    relu and leaky_relu the derivative is the one from the left, as in training: the filled dot.

    Raises:
        InvalidInputError: a name is no activation, or there are none.
    """
    chosen = ORDER if names is None else tuple(names)
    if not chosen:
        raise InvalidInputError(f"names is empty: choose among {', '.join(ORDER)}")
    for i, name in enumerate(chosen):
        _arrays.choice(name, f"names[{i}]", ORDER)
    panels: list[Panel] = []
    for column, name in enumerate(chosen):
        ticks = None if column == 0 else tuple((float(y), "") for y in (0, 2, 4))
        panels.append(_panel(name, _value(ACTIVATIONS[name]), _VALUES, ("a(z)", ticks), (0, column)))
        if derivatives:
            ticks = tuple((y, "" if column else str(y)) for y in (0.0, 0.5, 1.0))
            panels.append(
                _panel("", _derivative(ACTIVATIONS[name]), _DERIVATIVES, ("slope a\u2032(z)", ticks), (1, column))
            )
    width = 70.0 + 165.0 * len(chosen)
    return Scene(tuple(panels), width=max(width, 330.0), height=390.0 if derivatives else 235.0)


def _panel(
    name: str, marks: list[Mark], y_range: tuple[float, float],
    y_axis: tuple[str, tuple[tuple[float, str], ...] | None], cell: tuple[int, int],
) -> Panel:  # fmt: skip
    row, column = cell
    label, ticks = y_axis
    return Panel(
        name.replace("_", " "), tuple(marks), (-_REACH, _REACH), y_range, "z", label if column == 0 else "",
        x_ticks=tuple((float(z), str(z).replace("-", "\u2212")) for z in (-4, -2, 0, 2, 4)), y_ticks=ticks,
        row=row, column=column,
    )  # fmt: skip


def _value(activation: ActivationFunction) -> list[Mark]:
    if activation.piecewise_linear:
        z = np.array([-_REACH, 0.0, _REACH] if activation.name != "linear" else [-_REACH, _REACH])
        return [Polyline(z, activation.value(z, _SLOPE), "unit 0", 2.2)]
    return [_sampled(activation.value, "unit 0")]


def _derivative(activation: ActivationFunction) -> list[Mark]:
    if not activation.piecewise_linear:
        return [_sampled(activation.derivative, "unit 1")]
    left, right = (float(activation.derivative(np.array([z]), _SLOPE)[0]) for z in (-1.0, 1.0))
    if left == right:
        return [Polyline(np.array([-_REACH, _REACH]), np.array([left, right]), "unit 1", 2.2)]
    at_kink = float(activation.derivative(np.zeros(1), _SLOPE)[0])
    open_end = right if at_kink == left else left
    return [
        Polyline(np.array([-_REACH, 0.0]), np.array([left, left]), "unit 1", 2.2),
        Polyline(np.array([0.0, _REACH]), np.array([right, right]), "unit 1", 2.2),
        Points(np.zeros(1), np.array([at_kink]), "unit 1", 7.0),
        Points(np.zeros(1), np.array([open_end]), "unit 1", 7.0, hollow=True),
    ]


def _sampled(function: object, role: str) -> Polyline:
    z: Floats = np.linspace(-_REACH, _REACH, 401)
    return Polyline(z, function(z, _SLOPE), role, 2.2, sampled=True)  # pyright: ignore[reportCallIssue]
