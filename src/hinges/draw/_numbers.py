"""Numbers as text: columns of one precision, so that they line up and can be checked by hand."""

import math
from collections.abc import Sequence
from decimal import Decimal

DIGITS = 6


def aligned(values: Sequence[float], digits: int = DIGITS) -> list[str]:
    """Give the values with one number of decimals and one width; "-" stands for NaN.

    As few decimals as show every value exactly, or else `digits` significant ones of the largest value. Where
    that would turn a value other than 0 into zeros, the column is written with exponents.
    """
    finite = [value for value in values if math.isfinite(value)]
    largest = max((abs(value) for value in finite), default=0.0)
    leading = math.floor(math.log10(largest)) if largest else 0
    decimals = max(0, digits - 1 - leading)
    needed = max((_decimals(value) for value in finite), default=0)
    decimals = min(decimals, needed)
    smallest = min((abs(value) for value in finite if value), default=1.0)
    if not -5 < leading < 12 or (smallest < 10.0**-decimals and needed > decimals):
        texts = [f"{value:.{digits - 1}e}" if math.isfinite(value) else "-" for value in values]
    else:
        texts = [f"{value + 0.0:.{decimals}f}" if math.isfinite(value) else "-" for value in values]
        texts = [text.removeprefix("-") if text.strip("-0.") == "" and text != "-" else text for text in texts]
    width = max(map(len, texts), default=0)
    return [text.rjust(width) for text in texts]


def short(value: float, digits: int = 3, *, zeros: bool = False) -> str:
    """Give one number with a few significant digits, as 1.24e-4 where it is small or as 1.24e6 where it is large.

    `zeros` keeps zeros at the end, for numbers that stand among others of the same precision.
    """
    if not math.isfinite(value):
        return "-"
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e6:
        decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
        text = f"{value:.{decimals}f}"
        return text.rstrip("0").rstrip(".") if decimals and not zeros else text
    mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
    return f"{mantissa if zeros or digits == 1 else mantissa.rstrip('0').rstrip('.')}e{int(power)}"


def _decimals(value: float) -> int:
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
