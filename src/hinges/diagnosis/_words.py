"""Numbers in sentences."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """Give "1 unit", "3 units"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def of(part: int, whole: int, noun: str) -> str:
    """Give "all 10 units", "3 of 10 units"."""
    if part == whole:
        return f"the only {noun}" if whole == 1 else f"all {whole:,} {noun}s"
    return f"{part:,} of {counted(whole, noun)}"


def times(ratio: float) -> str:
    """Give a ratio as "3,200 times", "2.4 times"."""
    return f"{ratio:,.0f} times" if ratio >= 10 else f"{ratio:.2g} times"


def short(value: float) -> str:
    """Give a number with three digits."""
    return f"{value:.3g}"
