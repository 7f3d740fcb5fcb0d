"""slice_along: a network's exact function along a line."""

from dataclasses import dataclass
from typing import overload
from weakref import WeakKeyDictionary

import numpy as np

from hinges import _arrays
from hinges._arrays import Floats, frozen
from hinges.analysis._line_segment import Line
from hinges.analysis._lowered import Lowered, Owner, lowered
from hinges.analysis._slice import SampledSlice, Slice, SliceCertificate
from hinges.analysis._slice_bends import Bends, bends
from hinges.analysis._slice_chain import Layer, chain
from hinges.analysis._slice_exact import ExactLine, exact_line
from hinges.analysis._slice_pass import Pass, Passed
from hinges.errors import InvalidInputError
from hinges.nets import Network, Unit

GAP = 2.0**-53  # the least distance of two breakpoints


@overload
def slice_along(network: Network, line: Line, *, samples: None = None) -> Slice: ...
@overload
def slice_along(network: Network, line: Line, *, samples: int) -> SampledSlice: ...
def slice_along(network: Network, line: Line, *, samples: int | None = None) -> Slice | SampledSlice:
    """Give what a network does along a line: every breakpoint, the units that own it, and whether the output bends.

    Exact for networks of relu, leaky_relu, clip and max nodes, in any degenerate position. A unit is on where its
    pre-activation is above zero; an inner breakpoint is a point where some unit is on along one of the two pieces
    beside it and off along the other, and those units own it (a max unit does if no one entry is the largest on
    both pieces). Kinks at the line's very ends are no inner breakpoints, and a unit that is zero all along the line
    owns nothing. float64 decides what its forward error bound lets it decide; where that leaves something open the
    line is computed anew in integers, up to a few million products (two layers of 64 units with 200 kinks, about
    half a second), and beyond that the certificate counts what is open.

    Arguments:
        network: any network of piecewise-linear nodes; a smooth one only with `samples`.
        line: where to go.
        samples: instead evaluate the network at so many equally spaced points, which is not exact.

    Raises:
        InvalidInputError: the line has another number of inputs, or a value exceeds float64 on it.
        UnsupportedModelError: an activation is not piecewise linear; the layer is named.

    >>> network = Network.dense([[[1.0, 1.0], [1.0, -1.0]], [[1.0], [1.0]]], [[-1.0, 0.0], [0.0]])
    >>> found = slice_along(network, Line.along_feature([0.0, 0.25], 0, 0.0, 2.0))
    >>> found.coordinate.tolist(), found.y[:, 0].tolist(), found.certificate.certified
    ([0.0, 0.25, 0.75, 2.0], [0.0, 0.0, 0.5, 3.0], True)
    >>> found.owners
    ((Unit(layer=0, index=1),), (Unit(layer=0, index=0),))
    """
    network = _arrays.instance(network, Network, "network")
    line = _arrays.instance(line, Line, "line")
    if line.inputs != network.inputs:
        raise InvalidInputError(f"the line has points of {line.inputs} numbers, and the network reads {network.inputs}")
    if samples is not None:
        t = np.linspace(0.0, 1.0, _arrays.count(samples, "samples", minimum=2))
        rows = max(1, 2**22 // network.inputs)
        y = np.concatenate([network(line.points(t[i : i + rows])) for i in range(0, len(t), rows)])
        return SampledSlice(network, line, frozen(t), line.coordinate(t), frozen(y))
    form, through = _prepared(network)
    starts, ends = line.start[None], line.end[None]
    passed = through(starts, ends)
    bent = bends(form.network, passed, starts, ends)
    open_ = len(passed.doubts.lines) + len(bent.unsure)
    exact = exact_line(form, line.start, line.end) if open_ else None
    if exact is not None:
        return _of_exact(network, line, exact, open_)
    return _of_pass(network, line, form, (passed, bent))


@dataclass(frozen=True, eq=False)
class _Known:
    """What is kept of a network: nothing in it holds the network itself. `other` is the lowered one if it differs."""

    other: Network | None
    owners: tuple[Owner, ...]
    values: tuple[int, ...]
    layers: tuple[Layer, ...]


_KNOWN: WeakKeyDictionary[Network, _Known] = WeakKeyDictionary()


def _prepared(network: Network) -> tuple[Lowered, Pass]:
    """Give a network in the exact verbs' form, and what takes lines through it."""
    known = _KNOWN.get(network)
    if known is None:
        form = lowered(network)
        other = None if form.network is network else form.network
        known = _KNOWN[network] = _Known(other, form.owners, form.values, chain(form.network))
    form = Lowered(known.other or network, known.owners, known.values)
    return form, Pass(form.network, known.layers)


def _of_pass(network: Network, line: Line, form: Lowered, found: tuple[Passed, Bends]) -> Slice:
    passed, bent = found
    open_ = len(passed.doubts.lines) + len(bent.unsure)
    certificate = SliceCertificate(
        ambiguous=open_,
        unresolved=open_,
        merged=passed.doubts.merged,
        exact=False,
        places=frozen(passed.place),
        errors=frozen(passed.errors),
    )
    return Slice(
        network,
        line,
        frozen(passed.t),
        line.coordinate(passed.t),
        frozen(passed.y),
        _owners(form, passed),
        frozen(~bent.any[1:-1]),
        certificate,
        lambda: bent.where,
    )


def _owners(form: Lowered, passed: Passed) -> tuple[tuple[Unit, ...], ...]:
    """Give the units that switch at each inner breakpoint of one line; a clip's two switches are one unit's."""
    own = passed.owners
    layers = np.array([holder.layer for holder in form.owners], np.intp)
    unit = own.unit.copy()
    for layer, holder in enumerate(form.owners):
        mine = own.layer == layer
        unit[mine] = holder.index[unit[mine]]
    layer = layers[own.layer] if len(layers) else own.layer
    if len(own.vertex) == len(passed.t) - 2 and (own.vertex[1:] > own.vertex[:-1]).all():  # one each, in order
        return tuple([(Unit(i, j),) for i, j in zip(layer.tolist(), unit.tolist(), strict=True)])
    rows = np.stack((own.vertex, layer, unit), axis=1)[np.lexsort((unit, layer, own.vertex))].tolist()
    found: list[tuple[Unit, ...]] = [()] * (len(passed.t) - 2)
    last: list[int] | None = None
    for row in rows:
        if row != last:
            found[row[0] - 1] += (Unit(row[1], row[2]),)
        last = row
    return tuple(found)


def _of_exact(network: Network, line: Line, exact: ExactLine, open_: int) -> Slice:
    """Round a line given in rational arithmetic."""
    t = frozen(_rounded([float(place) for place in exact.t]))
    y = _outputs(exact)
    owners = tuple(tuple(sorted(exact.owners[place])) for place in exact.t[1:-1])
    certificate = SliceCertificate(
        ambiguous=open_,
        unresolved=0,
        merged=sum(len(units) - 1 for units in owners),
        exact=True,
        places=frozen(np.full(len(t), len(t) * GAP)),
        errors=frozen(2.0 * GAP * np.abs(y).max(axis=0)),
    )
    bends = exact.bends()
    silent = frozen(~np.logical_or.reduce(bends[1:-1], axis=1))
    return Slice(network, line, t, line.coordinate(t), frozen(y), owners, silent, certificate, lambda: bends)


def _rounded(t: list[float]) -> Floats:
    """Keep breakpoints apart that float64 cannot tell from each other: each goes on by a last place or few."""
    result = np.array(t)
    if (np.diff(result) >= GAP).all():
        return result
    for i in range(1, len(t) - 1):
        result[i] = max(result[i], result[i - 1] + GAP)
    for i in range(len(t) - 2, 0, -1):
        result[i] = min(result[i], result[i + 1] - GAP)
    return result


def _outputs(exact: ExactLine) -> Floats:
    try:
        return exact.y()
    except OverflowError:
        raise InvalidInputError("the network's output exceeds float64 on the line") from None
