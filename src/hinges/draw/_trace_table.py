"""The tables of a trace: what each layer does to a point, written out so that it can be checked by hand."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hinges import _arrays
from hinges._arrays import Floats
from hinges.analysis import LayerTrace, Trace
from hinges.draw._tables import Table, column, number

MOST_POINTS = 4  # each with tables of its own; of more points the units are summed up
MOST_INPUTS, MOST_WRITTEN = 4, 8  # of a layer whose sums are written out, its units
MOST_LETTERS = 120  # of a line; sums of longer numbers are hard to follow

_At = Callable[[Floats], list[float]]  # the numbers of one point, of the units listed


def trace_table(value: Trace, *, units: int = 12) -> str:
    """Give a trace as lines of text: of every layer each unit's dot product, bias, z and activation.

    What the activation would be without the bias stands in the last column where there is one. Sums of small layers
    are written out. With a target, gates and derivatives follow. Of more than four points the units are summed up.

    Arguments:
        value: the trace.
        units: how many units of a layer are listed at most.

    >>> from hinges.nets import Network
    >>> from hinges.analysis import trace
    >>> network = Network.dense([[[0.2, 0.8, -0.5], [-0.9, 0.2, 0.4]]], [[2.0, 3.0, 0.5]], ["relu"])
    >>> print(trace_table(trace(network, [0.5, 1.0])))
    point (0.5, 1)
    <BLANKLINE>
    relu_0: 2 numbers -> 3 units
    unit    x W    b     z  a = relu(z)  relu(x W), no bias
       0  -0.80  2.0  1.20         1.20                0.00
       1   0.60  3.0  3.60         3.60                0.60
       2   0.15  0.5  0.65         0.65                0.15
    unit 0: 0.5 * 0.2 + 1 * -0.9 = 0.1 - 0.9 = -0.8; -0.8 + 2 = 1.2; relu(1.2) = 1.2; no bias: relu(-0.8) = 0
    unit 1: 0.5 * 0.8 + 1 * 0.2 = 0.4 + 0.2 = 0.6; 0.6 + 3 = 3.6; relu(3.6) = 3.6; no bias: relu(0.6) = 0.6
    unit 2: 0.5 * -0.5 + 1 * 0.4 = -0.25 + 0.4 = 0.15; 0.15 + 0.5 = 0.65; relu(0.65) = 0.65; no bias: relu(0.15) = 0.15
    <BLANKLINE>
    output (1.2, 3.6, 0.65)
    """
    return "\n\n".join(table.text() for table in trace_tables(value, units=units))


def trace_html(value: Trace) -> str:
    """Give the same as HTML, for notebooks."""
    return "".join(table.html() for table in trace_tables(value, units=24))


def trace_tables(value: Trace, *, units: int = 12) -> list[Table]:
    """Give the tables of a trace."""
    _arrays.instance(value, Trace, "value")
    units = _arrays.count(units, "units")
    points = np.atleast_2d(value.point)
    tables: list[Table] = []
    if len(points) > MOST_POINTS:
        tables = [Table(f"{len(points)} points of {points.shape[1]} numbers", ())]
        tables += [_summary(layer, units) for layer in value.layers]
    else:
        for i, point in enumerate(points):
            tables.append(Table(f"point {_vector(point)}", ()))
            tables += [_layer(layer, i if value.point.ndim == 2 else None, units) for layer in value.layers]
    return [*tables, *_result(value)]


def _vector(values: Floats, most: int = 8) -> str:
    texts = [number(float(value)) for value in values[:most]]
    return f"({', '.join(texts)}{', ...' if len(values) > most else ''})"


def _result(value: Trace) -> list[Table]:
    """Give the output, and the loss where there is one."""
    if value.point.ndim == 2 and len(value.point) > MOST_POINTS:
        lines: list[str] = []
    else:
        lines = [f"output {_vector(row)}" for row in np.atleast_2d(value.output)]
    if value.loss is not None:
        of = " of the points, the mean" if value.point.ndim == 2 else ""
        lines.append(f"{value.loss_name} loss{of}: {number(value.loss)}")
    if value.probabilities is not None and value.point.ndim == 1:
        lines.append(f"softmax {_vector(value.probabilities)}")
    if value.gradient is not None and value.point.ndim == 1:
        lines.append(f"dL/dx {_vector(value.gradient)}")
    return [Table("", (), tuple(lines))] if lines else []


def _heading(layer: LayerTrace) -> str:
    inputs = layer.input.shape[-1]
    return f"{layer.name}: {inputs} number{'s' * (inputs != 1)} -> {layer.units} unit{'s' * (layer.units != 1)}"


def _layer(layer: LayerTrace, point: int | None, units: int) -> Table:
    """Give one layer at one point."""

    def at(array: Floats) -> list[float]:
        return (array if point is None else array[point])[:units].tolist()

    kind = layer.activation
    columns: list[tuple[str, tuple[str, ...]]] = [("unit", tuple(str(i) for i in range(min(units, layer.units))))]
    if layer.linear is not None:
        columns += [("x W", column(at(layer.dot))), ("b", column(layer.bias[:units].tolist()))]
    if kind != "max":
        columns.append(("z", column(at(layer.z))))
    winners = layer.winners
    if winners is not None:
        columns.append(("largest is", tuple(str(int(i)) for i in at(winners))))  # pyright: ignore[reportArgumentType]
    if layer.node is not None:
        columns.append((f"a = {kind}(z)" if kind != "max" else "a = max", column(at(layer.a))))
        if layer.linear is not None:
            columns.append((f"{kind}(x W), no bias", column(at(layer.without_bias))))
    if layer.gradient is not None:
        columns += _gradients(layer, at)
    below = _written_out(layer, point) + _more(layer, units)
    return Table(_heading(layer), tuple(columns), below)


def _gradients(layer: LayerTrace, at: _At) -> list[tuple[str, tuple[str, ...]]]:
    """Give the columns of the backward pass."""
    assert layer.gradient is not None
    columns = [("dL/da", column(at(layer.gradient.a)))]
    if layer.node is not None and layer.activation != "max":
        columns += [("gate", column(at(layer.gate))), ("dL/dz", column(at(layer.gradient.z)))]
    weights = layer.gradient.weights
    if isinstance(weights, np.ndarray) and len(weights) <= MOST_INPUTS and layer.input.ndim == 1:
        columns += [(f"dL/dw{i}", column(row[: len(columns[0][1])].tolist())) for i, row in enumerate(weights)]
    return columns


def _written_out(layer: LayerTrace, point: int | None) -> tuple[str, ...]:
    """Give the sums of a small layer, term by term."""
    if layer.linear is None or layer.input.shape[-1] > MOST_INPUTS or layer.units > MOST_WRITTEN:
        return ()
    weights = np.concatenate([m.toarray() if hasattr(m, "tocsr") else m for m in layer.linear.matrices])

    def of(array: NDArray[np.float64]) -> Floats:
        return array if point is None else array[point]

    x, dot, z, a, bare = (of(each) for each in (layer.input, layer.dot, layer.z, layer.a, layer.without_bias))
    lines: list[str] = []
    for j in range(layer.units):
        factors = " + ".join(f"{number(x[i])} * {number(weights[i, j])}" for i in range(len(x)))
        terms = " + ".join(number(x[i] * weights[i, j]) for i in range(len(x))).replace("+ -", "- ")
        product = f"{factors} = {terms}" + f" = {number(dot[j])}" * (len(x) > 1)
        shifted = f"{number(dot[j])} + {number(layer.bias[j])} = {number(z[j])}".replace("+ -", "- ")
        line = f"unit {j}: {product}; {shifted}"
        if layer.node is not None:
            kind = layer.activation
            line += f"; {kind}({number(z[j])}) = {number(a[j])}"
            line += f"; no bias: {kind}({number(dot[j])}) = {number(bare[j])}"
        lines.append(line)
    return tuple(lines) if max(map(len, lines)) <= MOST_LETTERS else ()


def _more(layer: LayerTrace, units: int) -> tuple[str, ...]:
    """Say how many units are not listed."""
    rest = layer.units - units
    if rest <= 0:
        return ()
    on = f", {int(np.count_nonzero(layer.on))} of all {layer.units} on" if layer.node and layer.input.ndim == 1 else ""
    return (f"{rest} more unit{'s' * (rest != 1)}{on}",)


def _summary(layer: LayerTrace, units: int) -> Table:
    """Give what a layer does to many points: how often each unit is on, and between which numbers z lies."""
    shown = min(units, layer.units)
    columns = [("unit", tuple(str(i) for i in range(shown)))]
    if layer.node is not None:
        columns.append((f"on of {len(layer.a)}", tuple(str(n) for n in np.count_nonzero(layer.on, axis=0)[:shown])))
    for name, values in (("smallest z", layer.z.min(axis=0)), ("mean z", layer.z.mean(axis=0)),
                         ("largest z", layer.z.max(axis=0)), ("mean a", layer.a.mean(axis=0))):  # fmt: skip
        columns.append((name, column(values[:shown].tolist())))
    return Table(_heading(layer), tuple(columns), _more(layer, units))
