"""Tents: the construction from bricks, one hat of three units for each point of the target."""

from dataclasses import dataclass
from fractions import Fraction

from hinges import _arrays
from hinges._arrays import Floats
from hinges.construct._knots import MOST_UNITS, knots
from hinges.construct._target import Target, measured, measured_error
from hinges.construct._tent import Tent, tents_in_two_layers
from hinges.convert._hinge_sum import HingeSum, Term, rounded_network, shown
from hinges.errors import InvalidInputError
from hinges.fits import Approximation
from hinges.nets import Network
from hinges.pwl import PiecewiseLinear
from hinges.pwl._measures import largest
from hinges.pwl._vertices import added, scaled

UNITS_A_TENT = 3
# A tent's value takes five roundings, each relative to at most twice its height; at most two tents overlap.
ROUNDINGS = Fraction(32, 2**53)


@dataclass(frozen=True, kw_only=True)
class Tents:
    """A sum of hats, each as high as the target at its apex and 0 at the neighbouring apexes.

    The sum runs straight from apex to apex, as `Interpolation` does, but a tent takes three units wherever it
    stands: three hinges (`layers=1`), or two units and one behind them (`layers=2`). The apexes are chosen as
    `Interpolation` chooses its points; the outermost tents reach past the ends, beyond which the sum falls to 0.

    Arguments:
        units: hidden units in all layers together, 6 to 20,000; `units` // 3 tents.
        layers: 1 or 2 hidden layers.

    >>> Tents(units=30).tents
    10
    >>> Tents(units=9).approximate(PiecewiseLinear([0, 1, 2], [0, 1, 0]), interval=(0, 2)).loss < 1
    True
    """

    units: int
    layers: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", _arrays.count(self.layers, "layers", maximum=2))
        object.__setattr__(
            self, "units", _arrays.count(self.units, "units", minimum=2 * UNITS_A_TENT, maximum=MOST_UNITS)
        )

    @property
    def tents(self) -> int:
        """How many tents there are at most."""
        return self.units // UNITS_A_TENT

    def approximate(self, target: Target, interval: tuple[float, float] | None) -> Approximation:
        """Construct the network; `hinges.approximate` checks the target and calls this."""
        t, y, how = knots(target, interval, self.tents)
        if len(t) == 1:
            raise InvalidInputError("data has one distinct x: tents need two or more, Interpolation takes one")
        tents, function = _standing_on(t, y)
        network = _in_one_layer(tents, function) if self.layers == 1 else _in_two_layers(tents, function)
        loss = measured_error(target, interval, function)
        status = f"{len(t)} tents with their apexes at {how}; {measured(loss, interval)}"
        return Approximation(function, network, loss, None, status)


def _standing_on(t: Floats, y: Floats) -> tuple[list[Tent], PiecewiseLinear]:
    """Give the tents with apexes (t, y) and their sum."""
    feet = [2.0 * float(t[0]) - float(t[1]), *t.tolist(), 2.0 * float(t[-1]) - float(t[-2])]
    function = PiecewiseLinear(feet, [0.0, *y.tolist(), 0.0])
    tents = [Tent(feet[i], feet[i + 1], feet[i + 2], height) for i, height in enumerate(y.tolist())]
    return tents, function


def _in_one_layer(tents: list[Tent], function: PiecewiseLinear) -> Network:
    terms: list[Term] = []
    for tent in tents:
        left, apex, right, height = map(Fraction, (tent.left, tent.apex, tent.right, tent.height))
        rise, fall = height / (apex - left), height / (right - apex)
        terms += [Term(left, rise), Term(apex, -rise - fall), Term(right, fall)]
    exact = function.vertices()
    return rounded_network(HingeSum(terms, Fraction(0)), exact, exact.t[1], exact.t[-2])


def _in_two_layers(tents: list[Tent], function: PiecewiseLinear) -> Network:
    network = tents_in_two_layers(tents)
    terms: list[Term] = []
    for tent in tents:
        if tent.height:  # the three hinges to which the rounded slopes really amount
            rise, fall, apex, height = map(Fraction, (tent.rise, tent.fall, tent.apex, tent.height))
            terms += [Term(apex - height / rise, rise), Term(apex, -rise - fall), Term(apex + height / fall, fall)]
    exact = function.vertices()
    difference = added(HingeSum(terms, Fraction(0)).vertices(), scaled(exact, Fraction(-1)))
    bound = largest(difference, exact.t[1], exact.t[-2]) + ROUNDINGS * max(abs(y) for y in exact.y)
    a, b = float(exact.t[1]), float(exact.t[-2])
    note = f"as tents in float64 it stays within {shown(bound)} of the function on [{a:g}, {b:g}]"
    return Network(network.nodes, network.inputs, (note,))
