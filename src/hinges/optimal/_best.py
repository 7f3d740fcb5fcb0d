"""Best: the best network or function of a given size, or the smallest within a tolerance, as a fit method."""

from dataclasses import dataclass

from hinges import _arrays
from hinges.convert import to_network
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.fits import LOSSES, ErrorBounds, FitResult
from hinges.nets import Network
from hinges.optimal._solve import Rows, best_with_pieces, best_with_units, counted_rows, fewest_pieces, measured_loss
from hinges.pwl import PiecewiseLinear

CLOSED = 1e-8  # relative gap below which an answer is called the best possible


@dataclass(frozen=True, kw_only=True)
class Best:
    """The best there is on data of one input and one output; give exactly one of the first three.

    Certified: the result's `bounds.lower` is proven, and its gap is what the search leaves open. Without noise,
    and always for the max loss of pieces, there is none.

    Arguments:
        units: of a network with one hidden ReLU layer; the result has as many or, where they interpolate, fewer.
        pieces: of a continuous piecewise-linear function; its network has one unit a piece.
        tolerance: in units of the loss: as few pieces as keep it within.
        loss: "mse", the weighted mean squared error, or "max", the largest weighted absolute error.

    Raises:
        InvalidInputError: not exactly one is given, or one is out of range.

    >>> from hinges import example, fit
    >>> result = fit(example("sine"), Best(units=10, loss="max"))
    >>> f"{result.bounds.lower:.10f}"
    '0.0230082829'
    >>> result.loss <= 1.00000001 * result.bounds.lower
    True
    """

    units: int | None = None
    pieces: int | None = None
    tolerance: float | None = None
    loss: str = "mse"

    def __post_init__(self) -> None:
        given = [name for name in ("units", "pieces", "tolerance") if getattr(self, name) is not None]
        if len(given) != 1:
            said = f"{' and '.join(given)} were" if given else "none of them was"
            raise InvalidInputError(f"give exactly one of units, pieces and tolerance: {said} given")
        if self.tolerance is not None:
            object.__setattr__(self, "tolerance", _arrays.number(self.tolerance, "tolerance", least=0.0))
        else:
            object.__setattr__(self, given[0], _arrays.count(getattr(self, given[0]), given[0]))
        _arrays.choice(self.loss, "loss", LOSSES)

    def fit(self, data: Dataset) -> FitResult:
        """Fit the data; `hinges.fit` calls this."""
        rows = counted_rows(data)
        if self.units is not None:
            bounds = best_with_units(rows, self.units, self.loss)
            assert bounds.network is not None
            return self._result(bounds.network, bounds, rows, _of_units(self.units, bounds))
        if self.pieces is not None:
            bounds, status = best_with_pieces(rows, self.pieces, self.loss), ""
        else:
            assert self.tolerance is not None
            bounds, pieces, proven = fewest_pieces(rows, self.tolerance, self.loss)
            status = f"{pieces} piece{'s' * (pieces != 1)} {_are_fewest(pieces, proven=proven)}; "
        assert bounds.function is not None
        network = _closed_form(bounds.function, rows)
        return self._result(network, bounds, rows, status + _of_pieces(self.pieces, bounds))

    def _result(self, network: Network, bounds: ErrorBounds, rows: Rows, status: str) -> FitResult:
        loss = measured_loss(_outputs(network, rows), rows, self.loss)
        return FitResult(network, bounds.function, loss, bounds, status, self)


def _outputs(network: Network, rows: Rows):  # noqa: ANN202
    return network.values(rows[0].reshape(-1, 1))[-1][:, 0]


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


def openness(bounds: ErrorBounds) -> str:
    """Say what the bounds leave open."""
    if bounds.gap <= CLOSED:
        return "the best possible"
    percent = 100 * bounds.gap
    shown = f"{percent:.0f}" if percent >= 10 else f"{percent:.2g}"
    return f"best found; the best possible is at most {shown} % lower"


def _are_fewest(pieces: int, *, proven: bool) -> str:
    if pieces == 1:
        return "is enough"
    return f"keep the loss within the tolerance, and fewer {'cannot' if proven else 'were not found to'}"
