"""to_network: the ReLU network that equals a piecewise-linear function."""

from fractions import Fraction

from hinges import _arrays
from hinges.convert._hinge_sum import HingeSum, facing_away, right_facing, rounded_network
from hinges.nets import Network
from hinges.pwl import PiecewiseLinear
from hinges.pwl._vertices import Vertices, restricted, without_flat_vertices


def to_network(f: PiecewiseLinear, *, interval: tuple[float, float] | None = None, facing: str = "right") -> Network:
    """Give the network of one hidden ReLU layer that equals f.

    Exact: every weight is a rational number rounded once to float64, and `notes` says how far the float64
    network can be from f at most. Input weights are 1 (facing right) or -1 (facing left).

    Arguments:
        f: the function.
        interval: (a, b). With it the network equals f there, with one hinge for each piece of f on it: the
            first makes the line that starts at a, each later one bends it at a kink. Without it the network
            equals f on the whole line, with one hinge for each kink, and one more where the function is sloped
            on both sides of the kink that hinges face away from (a sloped line without kinks needs two; a
            constant keeps one idle unit).
        facing: "right" uses a left-facing hinge only for a slope left of the first kink; "both" lets hinges
            face away from a piece in the middle, a level one if there is one (which saves a unit), so that
            fewer terms add up at either end.

    Raises:
        InvalidInputError: f is no PiecewiseLinear, the interval is empty, or a weight exceeds float64.

    >>> f = PiecewiseLinear([-1, -0.5, 0, 1], [-1, 1, -1, 0])
    >>> for hinge in to_network(f, interval=(-1, 1)).hinges():
    ...     print(hinge)
    Hinge(weight=1.0, bias=1.0, coefficient=4.0)
    Hinge(weight=1.0, bias=0.5, coefficient=-8.0)
    Hinge(weight=1.0, bias=0.0, coefficient=5.0)
    """
    _arrays.instance(f, PiecewiseLinear, "f")
    _arrays.choice(facing, "facing", ("right", "both"))
    exact = without_flat_vertices(f.vertices())
    if interval is None:
        a, b = Fraction(f.breakpoints[0]), Fraction(f.breakpoints[-1])
        return rounded_network(_on_line(exact, facing), exact, a, b)
    a, b = (Fraction(end) for end in _arrays.interval(interval))
    return rounded_network(_on_interval(exact, a, b, facing), exact, a, b)


def _on_interval(f: Vertices, a: Fraction, b: Fraction, facing: str) -> HingeSum:
    inside = without_flat_vertices(restricted(f, a, b))
    if facing == "both" and a < inside.t[0] < b:
        return _on_line(inside, facing)
    return right_facing(inside, a, b)


def _on_line(f: Vertices, facing: str) -> HingeSum:
    return facing_away(f, 0 if facing == "right" else _anchor(f))


def _anchor(f: Vertices) -> int:
    """Give the vertex to face away from: the left end of the level piece nearest the middle, else the middle."""
    middle = len(f.t) // 2
    level = [piece for piece, slope in enumerate(f.slopes) if slope == 0]
    nearest = min(level, key=lambda piece: abs(piece - middle), default=middle + 1)
    return max(nearest - 1, 0)
