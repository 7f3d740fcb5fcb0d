"""Best: the best network or function of a given size, or the smallest within a tolerance, as a fit method."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hinges import _arrays
from hinges._arrays import Floats
from hinges.convert import to_network
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.fits import LOSSES, ErrorBounds, FitResult
from hinges.nets import Network
from hinges.optimal._finish import without_ends
from hinges.optimal._jumps import JumpsFit
from hinges.optimal._segmented import JumpsFound, best_largest, best_squares, fewest_largest, fewest_squares
from hinges.optimal._shared_knots import SharedFit
from hinges.optimal._solve import (
    Rows,
    best_with_pieces,
    best_with_units,
    counted_rows,
    fewest_pieces,
    measured_loss,
    with_effort,
)
from hinges.optimal._wished import Wished, WishedBounds, WishedSearch
from hinges.optimal._wishes import Wishes
from hinges.pwl import PiecewiseLinear

CLOSED = 1e-8  # relative gap below which an answer is called the best possible
SIDES = ("above", "below")


@dataclass(frozen=True, kw_only=True)
class Best:
    """The best there is on data of one input; give exactly one of units, pieces and tolerance, or breakpoints alone.

    Certified: the result's `bounds.lower` is proven, and its gap is what the search leaves open. Without noise,
    and always for the max loss of pieces, there is none. Under wishes the floor can be that of a larger class, for
    example of functions without them: `bounds`, then `WishedBounds`, say which in `lower_of`, and so does the status.

    Several outputs share their breakpoints: the result is a `SharedFit` with one function for each, and its loss is
    the mean over the outputs ("mse") or the largest ("max"). Wishes hold for every output.

    Arguments:
        units: of a network with one hidden ReLU layer; the result has as many or, where they interpolate, fewer.
        pieces: of a continuous piecewise-linear function; its network has one unit a piece.
        tolerance: in units of the loss: as few pieces as keep it within.
        loss: "mse", the weighted mean squared error, or "max", the largest weighted absolute error.
        slope_bounds: (low, high), either may be None: every slope lies between them. (0, None) gives a
            function that never falls.
        min_gap: the least distance of neighbouring kinks, in units of x.
        shape: "convex" or "concave".
        side: "above" or "below": the function lies on that side of all rows. For the max loss.
        relative: errors are divided by |y|. For the max loss, and one output without zeros.
        continuous: False allows jumps between pieces: the result is a `JumpsFit` with a
            `PiecewiseLinearWithJumps` and no network. Exact, for one output without other wishes.
        breakpoints: where the function may bend, rising; the best values there are found, certified.
        effort: seconds to spend on proving more, until the gap is below 1 %: branch and bound on where the kinks
            lie. For "mse" without wishes and at most 400 distinct x; the status says how it ended.

    Raises:
        InvalidInputError: not exactly one size is given, one is out of range, or wishes contradict each other.

    >>> from hinges import example, fit
    >>> result = fit(example("sine"), Best(units=10, loss="max"))
    >>> f"{result.bounds.lower:.10f}"
    '0.0230082829'
    >>> result.loss <= 1.00000001 * result.bounds.lower
    True
    >>> rising = fit(([0, 1, 2, 3, 4], [0, 2, 1, 3, 3]), Best(pieces=3, slope_bounds=(0, None)))
    >>> bool((rising.function.slopes >= 0).all())
    True
    >>> Best(pieces=1).fit(example("relu-lab")).function.kinks
    array([], dtype=float64)
    """

    units: int | None = None
    pieces: int | None = None
    tolerance: float | None = None
    loss: str = "mse"
    slope_bounds: tuple[float | None, float | None] | None = None
    min_gap: float = 0.0
    shape: str | None = None
    side: str | None = None
    relative: bool = False
    continuous: bool = True
    breakpoints: Sequence[float] | None = None
    effort: float = 0.0

    def __post_init__(self) -> None:
        self._check_size()
        _arrays.choice(self.loss, "loss", LOSSES)
        object.__setattr__(self, "effort", _arrays.number(self.effort, "effort", least=0.0))
        wishes = Wishes.of(self.slope_bounds, self.min_gap, self.shape)
        object.__setattr__(self, "min_gap", wishes.min_gap)
        if self.slope_bounds is not None:
            object.__setattr__(self, "slope_bounds", tuple(self.slope_bounds))
        if self.side is not None:
            _arrays.choice(self.side, "side", SIDES)
        for name in ("relative", "continuous"):
            if not isinstance(getattr(self, name), (bool, np.bool_)):
                raise InvalidInputError(f"{name} must be True or False, not {getattr(self, name)!r}")
        self._check_together(wishes)

    def _check_size(self) -> None:
        given = [name for name in ("units", "pieces", "tolerance") if getattr(self, name) is not None]
        if self.breakpoints is not None:
            if given:
                raise InvalidInputError(f"give either breakpoints or {' and '.join(given)}: both were given")
            points = _arrays.vector(self.breakpoints, "breakpoints")
            falls = np.flatnonzero(np.diff(points) <= 0)
            if len(falls):
                i = int(falls[0])
                raise InvalidInputError(
                    f"breakpoints[{i}] = {points[i]} is followed by {points[i + 1]}: they must rise"
                )
            object.__setattr__(self, "breakpoints", tuple(points.tolist()))
            return
        if len(given) != 1:
            said = f"{' and '.join(given)} were" if given else "none of them was"
            raise InvalidInputError(f"give exactly one of units, pieces and tolerance: {said} given")
        if self.tolerance is not None:
            object.__setattr__(self, "tolerance", _arrays.number(self.tolerance, "tolerance", least=0.0))
        else:
            object.__setattr__(self, given[0], _arrays.count(getattr(self, given[0]), given[0]))

    def _check_together(self, wishes: Wishes) -> None:
        if (self.side is not None or self.relative) and self.loss != "max":
            what = "relative errors" if self.relative else f"side={self.side!r}"
            raise InvalidInputError(f"{what} need loss='max', not {self.loss!r}")
        if self.breakpoints is not None and wishes.min_gap > 0:
            raise InvalidInputError("min_gap says nothing where breakpoints are given: leave one of the two out")
        if self.continuous:
            return
        if self.units is not None:
            raise InvalidInputError("a function with jumps is no network: give pieces or tolerance instead of units")
        asked = {"slope_bounds": wishes.bounded, "min_gap": wishes.min_gap > 0, "shape": wishes.shape is not None}
        asked |= {"breakpoints": self.breakpoints is not None}
        for name, given in asked.items():
            if given:
                raise InvalidInputError(f"{name} goes with continuous functions only: leave out continuous=False")

    @property
    def _wishes(self) -> Wishes:
        return Wishes.of(self.slope_bounds, self.min_gap, self.shape)

    def fit(self, data: Dataset) -> FitResult:
        """Fit the data; `hinges.fit` calls this."""
        if not self.continuous:
            return self._with_jumps(data)
        plain = self._wishes.none and self.side is None and not self.relative and self.breakpoints is None
        if not plain or data.y.shape[1] > 1:
            return self._wished(data)
        rows = counted_rows(data)
        if self.units is not None:
            bounds, how = self._proven(rows, best_with_units(rows, self.units, self.loss), self.units + 1)
            return self._of_units(rows, bounds, how)
        how = ""
        if self.pieces is not None:
            bounds, how = self._proven(rows, best_with_pieces(rows, self.pieces, self.loss), self.pieces)
            status = ""
        else:
            assert self.tolerance is not None
            bounds, pieces, proven = fewest_pieces(rows, self.tolerance, self.loss)
            status = fewest_sentence(pieces, proven=proven)
        assert bounds.function is not None
        function = without_ends(bounds.function, float(rows[0].min()), float(rows[0].max()))
        bounds = replace(bounds, function=function)
        network = _closed_form(function, rows)
        return self._result(network, bounds, rows, status + _of_pieces(self.pieces, bounds) + how)

    def _proven(self, rows: Rows, bounds: ErrorBounds, pieces: int) -> tuple[ErrorBounds, str]:
        """Spend the effort on the bound of functions of so many pieces, and tell how it ended."""
        if self.effort == 0 or self.loss != "mse":
            return bounds, ""
        return with_effort(rows, bounds, pieces, self.effort)

    def _of_units(self, rows: Rows, bounds: ErrorBounds, how: str = "") -> FitResult:
        assert bounds.network is not None
        assert self.units is not None
        return self._result(bounds.network, bounds, rows, _of_units(self.units, bounds) + how)

    def _result(self, network: Network, bounds: ErrorBounds, rows: Rows, status: str) -> FitResult:
        loss = measured_loss(_outputs(network, rows), rows, self.loss)
        return FitResult(network, bounds.function, loss, bounds, status, self)

    # --- wishes -------------------------------------------------------------------------------------

    def _wished(self, data: Dataset) -> FitResult:
        search = WishedSearch(data, self.loss, self._wishes, self.side, bool(self.relative))
        status = ""
        if self.breakpoints is not None:
            found = search.at(np.array(self.breakpoints))
            if found.dropped:
                status = f"{found.dropped} of the breakpoints lie outside the data and bend nothing there; "
        elif self.units is not None:
            if (free := self._free_units(data, search)) is not None:
                return free
            found = search.units(self.units)
            status = f"in the closed form of {self.units} pieces, the floor is that of {self.units + 1}; "
        elif self.pieces is not None:
            found = search.pieces(self.pieces)
            status = _fewer_kinks(found, self.pieces)
        else:
            assert self.tolerance is not None
            found, pieces, proven = search.tolerance(self.tolerance, self._least(data))
            status = fewest_sentence(pieces, proven=proven)
        return self._wished_result(found, status + openness(found.bounds))

    def _free_units(self, data: Dataset, search: WishedSearch) -> FitResult | None:
        """Give the best network without wishes where it keeps them."""
        if data.y.shape[1] > 1 or self.side is not None or self.relative:
            return None
        rows = counted_rows(data)
        bounds = best_with_units(rows, self.units or 1, self.loss)
        if bounds.function is None or len(search.sample.first) < 2 or not search.keeps(bounds.function):
            return None
        return self._of_units(rows, bounds)

    def _least(self, data: Dataset) -> int:
        """Give a number of pieces below which the tolerance is proven to be out of reach, wishes or not."""
        if data.y.shape[1] > 1 or self.side is not None or self.relative or self.tolerance is None:
            return 1
        _, pieces, proven = fewest_pieces(counted_rows(data), self.tolerance, self.loss)
        return pieces if proven else 1

    def _wished_result(self, found: Wished, status: str) -> FitResult:
        made, bounds = found.finished, found.bounds
        first, *others = made.functions
        if others:
            bounds = replace(bounds, network=made.network)
            return SharedFit(made.functions, made.network, loss=found.loss, bounds=bounds, status=status, method=self)
        return FitResult(made.network, first, found.loss, bounds, status, self)

    # --- jumps --------------------------------------------------------------------------------------

    def _with_jumps(self, data: Dataset) -> JumpsFit:
        x, y, weights = counted_rows(data)
        status = ""
        if self.loss == "mse":
            if self.pieces is not None:
                found = best_squares(x, y, weights, self.pieces)
            else:
                assert self.tolerance is not None
                found, proven = fewest_squares(x, y, weights, self.tolerance)
                status = fewest_sentence(len(found.function.slopes), proven=proven)
        else:
            found, status = self._largest_with_jumps(data)
        bounds = ErrorBounds(found.lower, found.loss, None, None, certified=True)
        return JumpsFit(
            function=found.function, loss=found.loss, bounds=bounds, status=status + openness(bounds), method=self
        )

    def _largest_with_jumps(self, data: Dataset) -> tuple[JumpsFound, str]:
        search = WishedSearch(data, self.loss, self._wishes, self.side, bool(self.relative))
        tube = search.tubes[0]
        if self.pieces is not None:
            return best_largest(tube, self.pieces), ""
        assert self.tolerance is not None
        found = fewest_largest(tube, self.tolerance)
        return found, fewest_sentence(len(found.function.slopes), proven=True)


def _outputs(network: Network, rows: Rows) -> Floats:
    return network(rows[0].reshape(-1, 1))[:, 0]


def _closed_form(function: PiecewiseLinear, rows: Rows) -> Network:
    """Give the network with one right-facing hinge a piece that equals the function over the rows."""
    low, high = float(rows[0].min()), float(rows[0].max())
    return to_network(function, interval=(low, high) if low < high else None)


def _of_units(asked: int, bounds: ErrorBounds) -> str:
    assert bounds.network is not None
    used = bounds.network.hidden_nodes[0].units
    return openness(bounds) + _fewer(used, asked, "units", bounds)


def _of_pieces(asked: int | None, bounds: ErrorBounds) -> str:
    assert bounds.function is not None
    used = len(bounds.function.simplified().kinks) + 1
    return openness(bounds) + ("" if asked is None else _fewer(used, asked, "pieces", bounds))


def _fewer(used: int, asked: int, what: str, bounds: ErrorBounds) -> str:
    """Say that fewer do, and whether they interpolate (rows that share an x can stand in the way)."""
    if used >= asked:
        return ""
    return f"; {used} of {asked} {what} are enough{' to interpolate' if bounds.upper == 0.0 else ''}"


def _fewer_kinks(found: Wished, asked: int) -> str:
    kinks = {float(t) for function in found.finished.functions for t in function.simplified().kinks}
    return f"{len(kinks) + 1} of {asked} pieces are used; " if len(kinks) + 1 < asked else ""


def openness(bounds: ErrorBounds) -> str:
    """Say what the bounds leave open."""
    if bounds.gap <= CLOSED:
        return "the best possible"
    percent = 100 * bounds.gap
    shown = f"{percent:.0f}" if percent >= 10 else f"{percent:.2g}"
    said = f"best found; the best possible is at most {shown} % lower"
    if isinstance(bounds, WishedBounds) and bounds.lower_of:
        return f"{said} (that floor is of {bounds.lower_of})"
    return said


def fewest_sentence(pieces: int, *, proven: bool) -> str:
    """Say how many pieces there are and whether fewer can keep a tolerance."""
    return f"{pieces} piece{'s' * (pieces != 1)} {_are_fewest(pieces, proven=proven)}; "


def _are_fewest(pieces: int, *, proven: bool) -> str:
    if pieces == 1:
        return "is enough"
    return f"keep the loss within the tolerance, and fewer {'cannot' if proven else 'were not found to'}"
