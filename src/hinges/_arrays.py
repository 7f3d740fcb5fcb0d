"""Validation at the public edge: read-only float64 arrays in, or an error naming the bad entry."""

import math
import numbers
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hinges.errors import InvalidInputError

Floats = NDArray[np.float64]
T = TypeVar("T")

LARGEST_COUNT = 1_000_000


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Give a read-only version of `array` that nobody else can write to."""
    if array.flags.writeable or array.base is not None:
        array = array.copy()
        array.setflags(write=False)
    return array


def array(values: ArrayLike, name: str, *, ndim: int | None = None, finite: bool = True) -> Floats:
    """Give `values` as a new read-only float64 array; `finite=False` lets NaN and infinities pass."""
    result = _as_float64(values, name)
    if ndim is not None and result.ndim != ndim:
        raise InvalidInputError(f"{name} must have {ndim} dimension{'s' * (ndim != 1)}, not shape {result.shape}")
    if finite and not np.isfinite(result).all():
        first = tuple(int(i) for i in np.argwhere(~np.isfinite(result))[0])
        raise InvalidInputError(f"{_entry(name, first)} is {result[first]}: every entry must be a finite number")
    result.setflags(write=False)
    return result


def vector(values: ArrayLike, name: str, *, finite: bool = True) -> Floats:
    """Give `values` as a new read-only float64 array of shape (n,)."""
    return array(values, name, ndim=1, finite=finite)


def matrix(values: ArrayLike, name: str, *, finite: bool = True) -> Floats:
    """Give `values` as a new read-only float64 array of shape (rows, columns)."""
    return array(values, name, ndim=2, finite=finite)


def number(value: object, name: str, *, above: float = -math.inf, least: float = -math.inf) -> float:
    """Give `value` as a finite float that is greater than `above` and at least `least`."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (numbers.Real, Decimal, np.ndarray)):
        raise InvalidInputError(f"{name} must be a number, not {value!r}")
    if isinstance(value, np.ndarray) and value.ndim:
        raise InvalidInputError(f"{name} must be one number, not an array of shape {value.shape}")
    try:
        result = float(value)  # pyright: ignore[reportArgumentType]
    except (OverflowError, TypeError, ValueError):
        raise InvalidInputError(f"{name} must be a number that float64 can hold, not {value!r}") from None
    if not math.isfinite(result):
        raise InvalidInputError(f"{name} must be a finite number, not {result}")
    if result <= above:
        raise InvalidInputError(f"{name} must be greater than {above:g}, not {result!r}")
    if result < least:
        raise InvalidInputError(f"{name} must be at least {least:g}, not {result!r}")
    return result


def count(value: object, name: str, *, minimum: int = 1, maximum: int = LARGEST_COUNT) -> int:
    """Give `value` as an int between `minimum` and `maximum`."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Integral):
        raise InvalidInputError(f"{name} must be a whole number, not {value!r}")
    result = int(value)
    if result < minimum:
        raise InvalidInputError(f"{name} must be at least {minimum}, not {result}")
    if result > maximum:
        raise InvalidInputError(f"{name} must be at most {maximum}, not {result}")
    return result


def instance(value: object, kind: type[T], name: str) -> T:
    """Give `value` if it is a `kind`."""
    if not isinstance(value, kind):
        raise InvalidInputError(f"{name} must be a {kind.__name__}, not {type(value).__name__}")
    return value


def sequence(value: object, name: str) -> tuple[Any, ...]:
    """Give `value` as a tuple if it is iterable and no string."""
    try:
        if isinstance(value, (str, bytes)):
            raise TypeError
        return tuple(value)  # pyright: ignore[reportArgumentType]
    except TypeError:
        raise InvalidInputError(f"{name} must be a sequence, not {value!r}") from None


def choice(value: object, name: str, options: tuple[str, ...]) -> str:
    """Give `value` if it is one of `options`."""
    if not isinstance(value, str) or value not in options:
        raise InvalidInputError(f"{name} must be one of {', '.join(map(repr, options))}, not {value!r}")
    return value


def interval(value: object, name: str = "interval", *, ends: tuple[str, str] | None = None) -> tuple[float, float]:
    """Give `value` as two finite floats (a, b) with a < b; `ends` are their names where they have some."""
    try:
        low, high = value  # pyright: ignore[reportGeneralTypeIssues]
    except (TypeError, ValueError):
        raise InvalidInputError(f"{name} must be a pair of numbers (a, b), not {value!r}") from None
    left, right = ends or (f"{name}[0]", f"{name}[1]")
    low, high = number(low, left), number(high, right)
    if not low < high:
        raise InvalidInputError(f"{left} = {low} must be less than {right} = {high}")
    return low, high


def _entry(name: str, index: tuple[int, ...]) -> str:
    return name + "".join(f"[{i}]" for i in index)


def _as_float64(values: ArrayLike, name: str) -> Floats:
    try:
        raw = np.asarray(values)
    except ValueError:
        raise InvalidInputError(f"{name} is ragged: its rows have different lengths") from None
    except (
        RuntimeError,
        TypeError,
    ) as error:  # other libraries' arrays that refuse, or objects that only look like one
        raise InvalidInputError(f"{name} cannot be read as an array: {error}") from None
    if raw.dtype.kind in "fiub":
        with np.errstate(over="ignore"):  # a long double past float64 becomes an infinity
            result = raw.astype(np.float64)  # always a copy
        if isinstance(values, np.ma.MaskedArray):
            result[np.ma.getmaskarray(values)] = np.nan
        return result
    if raw.dtype.kind == "c":
        raise InvalidInputError(f"{name} holds complex numbers; give its real part")
    if raw.dtype.kind in "mM":
        raise InvalidInputError(
            f"{name} holds dates or times ({raw.dtype}); give numbers, for example the days since the first one"
        )
    return _element_by_element(raw, name)


def _element_by_element(raw: NDArray[Any], name: str) -> Floats:
    """Convert an array of objects (fractions, ints past int64) or of strings, naming what cannot be."""
    result = np.empty(raw.shape)
    for index in np.ndindex(raw.shape):
        entry = raw[index]
        try:
            if not isinstance(entry, (numbers.Real, Decimal)):
                raise TypeError
            result[index] = float(entry)
        except (TypeError, ValueError):
            shown = str(entry) if isinstance(entry, np.generic) else repr(entry)
            raise InvalidInputError(f"{_entry(name, index)} is {shown}, not a number") from None
        except OverflowError:
            raise InvalidInputError(f"{_entry(name, index)} is too large for float64") from None
    return result
