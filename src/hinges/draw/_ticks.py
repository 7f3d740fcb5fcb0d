"""Ticks: round numbers on an axis, with labels as short as they can be and all of one precision."""

import math
from dataclasses import dataclass
from decimal import Context, Decimal

_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
_EXACT = Context(prec=700)  # enough for every float64 written out
_DIGITS = 6  # a label with more is shortened by an offset


@dataclass(frozen=True)
class Ticks:
    """Positions of ticks, their labels, and what to add to (or multiply) each label with, "" for nothing."""

    positions: tuple[float, ...]
    labels: tuple[str, ...]
    suffix: str = ""


def linear_ticks(low: float, high: float, most: int = 6) -> Ticks:
    """Give at most about `most` round numbers in [low, high] (in either order)."""
    low, high = min(low, high), max(low, high)
    step = _step(low, high, max(most, 2))
    first = math.ceil(_EXACT.divide(_decimal(low), step))
    last = math.floor(_EXACT.divide(_decimal(high), step))
    exact = [_EXACT.multiply(Decimal(i), step) for i in range(first, last + 1)]
    labels, suffix = _labels(exact, step)
    return Ticks(tuple(float(each) for each in exact), tuple(labels), suffix)


def log_ticks(low: float, high: float, most: int = 6) -> Ticks:
    """Give powers of ten in [low, high]; where there are fewer than two, round numbers."""
    low, high = min(low, high), max(low, high)
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    if last - first < 1:
        return linear_ticks(low, high, most)
    stride = -(-(last - first + 1) // most)
    powers = range(first, last + 1, stride)
    plain = all(-3 <= power <= 4 for power in powers)
    labels = [f"{Decimal(10) ** power:f}" if plain else f"1e{power}" for power in powers]
    return Ticks(tuple(float(f"1e{power}") for power in powers), tuple(labels))


def pretty(label: str) -> str:
    """Give a label with a real minus sign, and 1e-4 as a power of ten."""
    mantissa, e, power = label.partition("e")
    if mantissa.lstrip("-").isdecimal() and len(mantissa.lstrip("-")) > 4:
        mantissa = f"{int(mantissa):,}"
    mantissa = mantissa.replace("-", "\u2212")
    if not e:
        return mantissa
    raised = power.translate(
        str.maketrans("-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")
    )
    return f"10{raised}" if mantissa == "1" else f"{mantissa}\u00b710{raised}"


def _decimal(value: float) -> Decimal:
    """Give the number that a reader would write, so that an end of 0.1 can be a tick."""
    return Decimal(repr(float(value)))


def _step(low: float, high: float, most: int) -> Decimal:
    raw = _EXACT.divide(_EXACT.subtract(_decimal(high), _decimal(low)), Decimal(most))
    power = Decimal(1).scaleb(raw.adjusted())
    return next(_EXACT.multiply(nice, power) for nice in _STEPS if _EXACT.multiply(nice, power) >= raw)


def _labels(exact: list[Decimal], step: Decimal) -> tuple[list[str], str]:
    """Give the labels, taking out a common power of ten or a common offset where they would be long."""
    largest = max((abs(each) for each in exact), default=Decimal(0))
    span_digits = largest.adjusted() - step.normalize().adjusted() if largest else 0
    if span_digits >= _DIGITS:
        base = exact[0]
        labels, suffix = _labels([_EXACT.subtract(each, base) for each in exact], step)
        offset = f"{abs(base):,f}"
        offset = offset.rstrip("0").rstrip(".") if "." in offset else offset
        return labels, f"{'-' if base < 0 else '+'} {offset}{f' {suffix}' if suffix else ''}"
    power = largest.adjusted() if largest else 0
    if -4 <= power < _DIGITS:
        return _fixed(exact, step), ""
    scale = Decimal(1).scaleb(-power)
    return _fixed([_EXACT.multiply(each, scale) for each in exact], _EXACT.multiply(step, scale)), f"1e{power}"


def _fixed(values: list[Decimal], step: Decimal) -> list[str]:
    exponent = step.normalize().as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    return [f"{value + 0:.{decimals}f}" if value else f"{0:.{decimals}f}" for value in values]
