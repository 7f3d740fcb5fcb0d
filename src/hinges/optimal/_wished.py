"""The best under wishes: bounded slopes, a shape, gaps, one side, relative errors, given or shared breakpoints."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hinges._arrays import Floats
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.fits import ErrorBounds
from hinges.optimal import _max_norm, _mse_pieces
from hinges.optimal._finish import Finished, constant_fit, finished, rounded_vertices, without_ends
from hinges.optimal._floors import largest_floor, runs_floor, squares_floor
from hinges.optimal._knot_search import Fitted, searched
from hinges.optimal._largest import Largest
from hinges.optimal._one_sided import GatedFit, Tube, Widths, best_gated
from hinges.optimal._rows import merge_rows
from hinges.optimal._sample import Sample
from hinges.optimal._segmented import runs_bound
from hinges.optimal._segments import certified_errors, certified_table, segment, segment_errors
from hinges.optimal._shared_knots import shared_network
from hinges.optimal._squares import Squares
from hinges.optimal._wishes import Wishes
from hinges.pwl import PiecewiseLinear

CLOSE = 1e-9
_TABLED = 1500  # distinct x up to which shared runs are searched in one table
_ANY = "any continuous function of as many pieces, without what is wished of it"


@dataclass(frozen=True, eq=False)
class WishedBounds(ErrorBounds):
    """Bounds under wishes: `lower` can be the floor of a larger class than the one asked about.

    `lower`, `upper`, `network`, `function` and `certified` are those of ErrorBounds.

    Arguments:
        lower_of: whose floor it is where that is so, for example that of functions without the wishes; else empty.

    >>> from hinges import Best, fit
    >>> falling = fit(([0, 1, 2, 3], [3, 1, 2, 0]), Best(pieces=2, slope_bounds=(None, 0)))
    >>> isinstance(falling.bounds, WishedBounds), falling.bounds.gap < 1, falling.bounds.lower_of
    (True, True, '')
    """

    lower_of: str = ""


@dataclass(frozen=True, eq=False)
class Floor:
    """A lower bound on a loss, whose it is where that is a larger class than asked about, and kinks to start from."""

    value: float
    of: str
    starts: tuple[Floats, ...]
    function: PiecewiseLinear | None = None  # the best one found without the wishes


@dataclass(frozen=True, eq=False)
class Wished:
    """A function (one an output) and its network, with the loss of the network and what is known of the best."""

    finished: Finished
    loss: float
    bounds: WishedBounds
    dropped: int = 0


@dataclass(frozen=True, eq=False)
class WishedSearch:
    """Data, a loss and what is wished, prepared for any number of pieces.

    Arguments:
        data: one input, one or several outputs; the loss of several is their mean ("mse") or largest ("max").
        loss: "mse" or "max".
        wishes: in the units of the data.
        side: "above" or "below" (all of the data), or None; needs "max".
        relative: whether errors are divided by |y|; needs "max".
    """

    data: Dataset
    loss: str
    wishes: Wishes
    side: str | None = None
    relative: bool = False

    @cached_property
    def sample(self) -> Sample:
        """The rows that count."""
        sample = Sample.of(self.data)
        if self.relative and not sample.y.all():
            weights = self.data.weights
            counts = np.ones(len(self.data), np.bool_) if weights is None else weights > 0
            row = int(np.flatnonzero(counts & (self.data.y == 0).any(axis=1))[0])
            raise InvalidInputError(f"y[{row}] is 0, where an error relative to y has no meaning")
        if self.relative and sample.outputs > 1:
            raise InvalidInputError("relative errors need data with one output: divide each output by its own scale")
        return sample

    # --- the loss -----------------------------------------------------------------------------------

    def measured(self, outputs: Floats) -> float:
        """Give the loss of outputs (n, m) at the sorted rows."""
        sample = self.sample
        errors = np.abs(outputs - sample.y)
        if self.loss == "mse":
            return float(np.average((errors**2).mean(axis=1), weights=sample.weights))
        if self.relative:
            errors = errors / np.abs(sample.y)
        return float((errors * sample.weights[:, None]).max())

    @cached_property
    def objective(self) -> Squares | Largest:
        """The loss to be minimised at given vertices."""
        sample = self.sample
        wishes = self.wishes.scaled(sample.x_exponent, sample.y_exponent)
        if self.wishes.min_gap > 0:  # what rounding kinks to float64 may take away is given beforehand
            rounding = 4.0 * float(np.spacing(np.abs(sample.x).max())) / float(np.ldexp(1.0, sample.x_exponent))
            wishes = replace(wishes, min_gap=wishes.min_gap * (1 + 1e-14) + rounding)
        if self.loss == "mse":
            return Squares(sample, wishes)
        sizes = np.abs(sample.y[:, 0]) if self.relative else np.ones(len(sample.x))
        widths = np.ldexp(sizes / (sample.weights / self._weight_unit), -sample.y_exponent if self.relative else 0)
        closed = np.zeros(len(widths))
        down = closed if self.side == "above" else widths
        return Largest(sample, wishes, down, closed if self.side == "below" else widths)

    @cached_property
    def _weight_unit(self) -> float:
        return float(self.sample.weights.max())

    def _unscaled(self, error: float) -> float:
        if self.loss == "mse":
            return self.sample.to_mean(error)
        return error * self._weight_unit * (1.0 if self.relative else float(np.ldexp(1.0, self.sample.y_exponent)))

    def _scaled(self, loss: float) -> float:
        if self.loss == "mse":
            return self.sample.from_mean(loss)
        return loss / self._weight_unit / (1.0 if self.relative else float(np.ldexp(1.0, self.sample.y_exponent)))

    # --- floors -------------------------------------------------------------------------------------

    @cached_property
    def _any_size(self) -> tuple[float, Fitted | None]:
        """The floor of any number of pieces with the wishes, and the function it is of: scaled."""
        if isinstance(self.objective, Squares):
            return squares_floor(self.sample, self.objective.wishes)
        return largest_floor(self.objective), None

    def floor(self, pieces: int) -> Floor:
        """Give the larger of two floors: of so many pieces without the wishes, and of any number with them."""
        free = self._free(pieces)
        if self.wishes.none:
            return free
        scaled, pilot = self._any_size
        any_size = self._unscaled(scaled)
        starts = free.starts
        if pilot is not None:
            starts = (*starts, self._kinks_of(pilot, pieces))
        floor = Floor(free.value, _ANY, starts, free.function)
        if any_size > floor.value:
            floor = Floor(any_size, f"any function with {self.wishes}, of however many pieces", starts)
        if isinstance(self.objective, Squares):
            runs = self._unscaled(runs_floor(self.sample, self.objective.wishes, pieces))
            if runs > floor.value:
                floor = Floor(runs, "as many lines with such slopes that need not meet", starts)
        return floor

    def _kinks_of(self, pilot: Fitted, pieces: int) -> Floats:
        """Give the kinks of the best function of fewer pieces for a function with a vertex at every row."""
        u, _, w, _ = self.sample.merged
        return _mse_pieces.best_pieces(u, pilot.values[:, 0], pieces, w, pair=False).polygon.breakpoints[1:-1]

    def _free(self, pieces: int) -> Floor:
        """Give the floor of so many pieces, without the wishes."""
        if len(self.sample.first) == 1:
            return Floor(0.0, "any function", ())
        if self.loss == "max":
            return self._free_max(pieces)
        sample = self.sample
        floors: list[float] = []
        starts: list[Floats] = []
        for j in range(sample.outputs):
            fit = _mse_pieces.best_pieces(sample.x, sample.y[:, j], pieces, sample.weights)
            floors.append(fit.lower_mse)
            starts.append(sample.to_u(fit.polygon.breakpoints[1:-1]))
            if sample.outputs == 1:
                p = fit.polygon
                function = PiecewiseLinear(p.breakpoints, p.values, p.left_slope, p.right_slope)
                return Floor(floors[0], "", tuple(starts), function)
        apart = sum(floors) / sample.outputs * (1 - sample.outputs * 2.0**-52)
        if len(sample.first) > _TABLED:
            return Floor(apart, "functions with as many pieces each, not sharing their breakpoints", tuple(starts))
        together, kinks = self._shared_runs(pieces)
        if together >= apart:
            return Floor(together, "lines on as many shared runs, which need not meet", (kinks, *starts))
        return Floor(apart, "functions with as many pieces each, not sharing their breakpoints", (kinks, *starts))

    def _shared_runs(self, pieces: int) -> tuple[float, Floats]:
        """Give the certified error of lines for all outputs on shared runs of rows, and the gaps between the runs."""
        sample = self.sample
        total = float(sample.weights.sum())
        rows = [merge_rows(sample.x, sample.y[:, j], sample.weights) for j in range(sample.outputs)]
        # Powers of two, which change no digit, bring the outputs to one unit.
        units = [2 * (one.y_exponent - sample.y_exponent) for one in rows]
        tables = [np.ldexp(segment_errors(one), unit) for one, unit in zip(rows, units, strict=True)]
        limit = min(pieces, len(sample.first))
        found = segment(np.sum(tables, axis=0), limit)
        ceiling = float(found.errors[limit, -1]) * (1 + 1e-9)
        exact = [
            np.ldexp(certified_table(one, np.ldexp(table, -unit), float(np.ldexp(ceiling, -unit))), unit)
            for one, table, unit in zip(rows, tables, units, strict=True)
        ]
        lower = float(certified_errors(np.sum(exact, axis=0), limit)[limit]) * (1 - sample.outputs * 2.0**-52)
        starts = found.runs(limit)[1:]
        u = sample.merged[0]
        mean = float(np.ldexp(lower, 2 * sample.y_exponent + rows[0].w_exponent)) / (total * sample.outputs)
        return mean, (u[starts - 1] + u[starts]) / 2

    @cached_property
    def tubes(self) -> list[Tube]:
        """The gates of each output."""
        sample = self.sample
        sizes = np.abs(sample.y[:, 0]) if self.relative else None
        open_side, closed = Widths.of(sizes, sample.weights), Widths.of(sizes, sample.weights, closed=True)
        down = closed if self.side == "above" else open_side
        up = closed if self.side == "below" else open_side
        return [Tube.of(sample, down, up, j) for j in range(sample.outputs)]

    def gated(self, pieces: int) -> list[GatedFit]:
        """Give the best function of each output alone, certified."""
        if self.side is None and not self.relative:
            sample = self.sample
            fits = [_max_norm.best_max(sample.x, y, pieces, sample.weights) for y in sample.y.T]
            return [GatedFit(fit.lower, fit.reached, fit.function, pieces) for fit in fits]
        return [best_gated(tube, pieces) for tube in self.tubes]

    def _free_max(self, pieces: int) -> Floor:
        fits = self.gated(pieces)
        starts = tuple(self.sample.to_u(fit.function.kinks) for fit in fits)
        lower = max(fit.lower for fit in fits)
        if len(fits) == 1:
            return Floor(lower, "", starts, fits[0].function if self.side is None else None)
        of = "functions with as many pieces each, not sharing their breakpoints"
        if len(self.sample.first) <= _TABLED:
            together = runs_bound(self.tubes, pieces)
            if together > lower:
                return Floor(together, "lines on as many shared runs, which need not meet", starts)
        return Floor(lower, of, starts)

    # --- fits ---------------------------------------------------------------------------------------

    def pieces(self, pieces: int, floor: Floor | None = None) -> Wished:
        """Give the best function found with at most `pieces` pieces; exact where only a side or a scale is asked."""
        floor = self.floor(pieces) if floor is None else floor
        if len(self.sample.first) == 1:
            return self._of_one_x(floor)
        if floor.function is not None and self.keeps(floor.function):
            return self._of_function(floor)
        pieces = min(pieces, len(self.sample.first) - 1)
        first, last = self.sample.ends
        even = np.linspace(first, last, pieces + 1)[1:-1]
        starts = [*floor.starts, even] if self.loss == "mse" else [*floor.starts[:3], even]
        goal = self._scaled(floor.value) * (1 + CLOSE)
        sizes = {"places": 24, "sweeps": 3} if self.loss == "mse" else {"places": 8, "sweeps": 1}
        if pieces == len(self.sample.first) - 1:
            starts = [self.sample.merged[0][1:-1]]
        best = searched(self.objective, pieces - 1, starts, goal=goal, **sizes)
        return self._wished(best, floor)

    def at(self, breakpoints: Floats) -> Wished:
        """Give the best function with given breakpoints, rising, in units of x: certified."""
        first, last = float(self.sample.x[0]), float(self.sample.x[-1])
        inside = breakpoints[(breakpoints > first) & (breakpoints < last)]
        floor = Floor(0.0, "", ())
        if len(self.sample.first) == 1:
            return self._of_one_x(floor)
        _, u = rounded_vertices(self.sample, self.sample.to_u(inside))
        best = Fitted(u, np.zeros((len(u), self.sample.outputs)), 0.0, np.zeros((0, self.sample.outputs)))
        wished = self._wished(best, floor)
        solved = self.objective.settled(u) if isinstance(self.objective, Squares) else self.objective.solve(u)
        lower = min(self._unscaled(self.objective.bound(solved)), wished.bounds.upper)
        return replace(wished, bounds=replace(wished.bounds, lower=lower), dropped=len(breakpoints) - len(inside))

    def tolerance(self, tolerance: float, least: int = 1) -> tuple[Wished, int, bool]:
        """Give a function with as few pieces as found for a loss within a tolerance, their number, and if fewer cannot.

        Raises:
            InvalidInputError: no number of pieces is enough.
        """
        least_loss = 0.0 if self.wishes.none else self._unscaled(self._any_size[0])
        if least_loss > tolerance:
            raise InvalidInputError(
                f"tolerance = {tolerance:g} is out of reach: "
                f"no function with {self.wishes} has a loss below {least_loss:g}"
            )
        enough = max(1, len(self.sample.first) - 1)
        low, high, step = least - 1, min(least, enough), 1
        best = self.pieces(high)
        while best.loss > tolerance and high < enough:
            low, high, step = high, min(enough, high + step), 2 * step
            best = self.pieces(high)
        if best.loss > tolerance:
            raise InvalidInputError(
                f"tolerance = {tolerance:g} was not reached with any number of pieces: {best.loss:g} was, and no "
                f"function with what is wished of it has a loss below {best.bounds.lower:g}"
            )
        while high - low > 1:
            middle = (low + high) // 2
            trial = self.pieces(middle)
            low, high, best = (low, middle, trial) if trial.loss <= tolerance else (middle, high, best)
        proven = high == 1 or (high == least and least > 1) or self.floor(high - 1).value > tolerance
        return best, high, proven

    def units(self, units: int) -> Wished:
        """Give the best function found with as many pieces as units, against the floor of one piece more."""
        own, more = self.floor(units), self.floor(units + 1)
        return self.pieces(units, replace(more, starts=own.starts, function=None))

    def keeps(self, function: PiecewiseLinear) -> bool:
        """Say whether a function keeps the wishes, on the data and beyond."""
        inner = without_ends(function, float(self.sample.x[0]), float(self.sample.x[-1]))
        return self.wishes.kept(inner.slopes, inner.kinks)

    def _of_function(self, floor: Floor) -> Wished:
        """Give the best function without the wishes, which keeps them."""
        x = self.sample.x
        assert floor.function is not None
        function = without_ends(floor.function, float(x[0]), float(x[-1]))
        network = shared_network([function], float(x[0]), float(x[-1]))
        upper = self.measured(function(x)[:, None])
        loss = self.measured(network.values(x.reshape(-1, 1))[-1])
        none = Fitted(np.zeros(2), np.zeros((2, 1)), 0.0, np.zeros((0, 1)))
        lower = min(floor.value, upper)
        bounds = WishedBounds(lower, upper, None, function, certified=True)
        return Wished(Finished((function,), network, none), loss, bounds)

    def _of_one_x(self, floor: Floor) -> Wished:
        sample = self.sample
        if isinstance(self.objective, Squares):
            level = sample.to_y(sample.merged[1])[0]
        else:
            fits = self.gated(1)
            level = np.array([fit.function(float(sample.x[0])) for fit in fits])
            floor = replace(floor, value=max(fit.lower for fit in fits))
        made = constant_fit(sample, level, self.wishes)
        loss = self.measured(made.network.values(sample.x.reshape(-1, 1))[-1])
        lower = floor.value if isinstance(self.objective, Largest) else self._unscaled(sample.merged[3]) * (1 - 1e-10)
        return Wished(made, loss, WishedBounds(min(lower, loss), loss, None, None, certified=True))

    def _wished(self, best: Fitted, floor: Floor) -> Wished:
        made = finished(self.objective, best, self.wishes, self.side)
        loss = self.measured(made.network.values(self.sample.x.reshape(-1, 1))[-1])
        function = made.functions[0] if len(made.functions) == 1 else None
        upper = self.measured(np.stack([f(self.sample.x) for f in made.functions], axis=1))
        lower = min(floor.value, upper, loss)
        bounds = WishedBounds(lower, upper, None, function, certified=True, lower_of=floor.of)
        return Wished(made, loss, bounds)
