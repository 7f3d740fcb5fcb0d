"""Sums of rows in double-double arithmetic: two float64 numbers carry about 105 bits.

Runs of rows are differences of prefix sums, and the error of a line through a run is a difference again; with
twice the digits both keep all that float64 can hold, whatever the run. The products and sums of two float64
numbers are split exactly, after T. J. Dekker (A floating-point technique for extending the available precision,
Numerische Mathematik 18, 1971). A prefix is twelve numbers: high and low parts of the sums of w, wu, wv, wuu,
wuv, wvv over the rows in front, u and v being x and y shifted and scaled to [-1, 1].
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hinges.optimal._compiled import Kernel

SPLIT = 134217729.0  # 2**27 + 1
TERMS = 6
ROUNDOFF = 2.0**-98  # of a row and of all sums: what the roundings of double-double may add up to, with room
EMPTY = 2.0**20  # a spread must be so many times its own rounding to be told from none


def two_sum(a: Any, b: Any) -> Any:
    """Give a + b rounded, and the rounding error."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def two_product(a: Any, b: Any) -> Any:
    """Give a * b rounded, and the rounding error."""
    p = a * b
    t = SPLIT * a
    ah = t - (t - a)
    al = a - ah
    t = SPLIT * b
    bh = t - (t - b)
    bl = b - bh
    return p, ((ah * bh - p) + ah * bl + al * bh) + al * bl


def add(ah: Any, al: Any, bh: Any, bl: Any) -> Any:
    """Give the sum of two double-doubles."""
    s, e = two_sum(ah, bh)
    e += al + bl
    h = s + e
    return h, e - (h - s)


def times(ah: Any, al: Any, bh: Any, bl: Any) -> Any:
    """Give the product of two double-doubles."""
    p, e = two_product(ah, bh)
    e += ah * bl + al * bh
    h = p + e
    return h, e - (h - p)


def over(ah: Any, al: Any, bh: Any, bl: Any) -> Any:
    """Give the quotient of two double-doubles."""
    q = ah / bh
    ph, pl = times(q, 0.0, bh, bl)
    rh, rl = add(ah, al, -ph, -pl)
    r = (rh + rl) / bh
    h = q + r
    return h, r - (h - q)


def take_row(x: Any, y: Any, w: Any, frame: Any, total: Any) -> None:
    """Add one row to the twelve numbers of a prefix; frame: centres of x and y, scales of x, y and w."""
    uh, ul = two_sum(x, -frame[0])
    vh, vl = two_sum(y, -frame[1])
    uh, ul, vh, vl, w = uh * frame[2], ul * frame[2], vh * frame[3], vl * frame[3], w * frame[4]
    wuh, wul = times(w, 0.0, uh, ul)
    wvh, wvl = times(w, 0.0, vh, vl)
    total[0], total[1] = add(total[0], total[1], w, 0.0)
    total[2], total[3] = add(total[2], total[3], wuh, wul)
    total[4], total[5] = add(total[4], total[5], wvh, wvl)
    ph, pl = times(wuh, wul, uh, ul)
    total[6], total[7] = add(total[6], total[7], ph, pl)
    ph, pl = times(wuh, wul, vh, vl)
    total[8], total[9] = add(total[8], total[9], ph, pl)
    ph, pl = times(wvh, wvl, vh, vl)
    total[10], total[11] = add(total[10], total[11], ph, pl)


def _prefixes(x: Any, y: Any, w: Any, frame: Any, stride: int, points: Any, at: Any, found: Any) -> None:  # noqa: PLR0917
    """Fill found[k] with the prefix in front of row at[k], rising, from the nearest one before it.

    points[c] is the prefix in front of row c * stride. With a stride of 0 there are none, and it starts from nothing.
    """
    row, total = 0, np.zeros(12)
    for k in range(at.shape[0]):
        if stride > 0:
            row = at[k] // stride * stride
            for i in range(12):
                total[i] = points[row // stride, i]
        while row < at[k]:
            take_row(x[row], y[row], w[row], frame, total)
            row += 1
        for i in range(12):
            found[k, i] = total[i]


def line_of(p: Any, a: int, b: int, slack: Any, one: Any) -> Any:
    """Give weight, means, spread, product, the least squares and a lower bound of it for the rows from prefix a to b.

    slack: the rounding of a prefix, at most. The bound is the error less what slack can do to it: with a slope b of
    the line, at most slack * (1 + |b|)**2 times a small number. `one` says that all the rows share one x.
    """
    wh, wl = add(p[b, 0], p[b, 1], -p[a, 0], -p[a, 1])
    if not wh > 0.0:
        return 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    uh, ul = add(p[b, 2], p[b, 3], -p[a, 2], -p[a, 3])
    vh, vl = add(p[b, 4], p[b, 5], -p[a, 4], -p[a, 5])
    xh, xl = add(p[b, 6], p[b, 7], -p[a, 6], -p[a, 7])
    ph, pl = add(p[b, 8], p[b, 9], -p[a, 8], -p[a, 9])
    yh, yl = add(p[b, 10], p[b, 11], -p[a, 10], -p[a, 11])
    mh, ml = over(uh, ul, wh, wl)
    nh, nl = over(vh, vl, wh, wl)
    ah, al = times(mh, ml, uh, ul)
    xh, xl = add(xh, xl, -ah, -al)
    ah, al = times(mh, ml, vh, vl)
    ph, pl = add(ph, pl, -ah, -al)
    ah, al = times(nh, nl, vh, vl)
    yh, yl = add(yh, yl, -ah, -al)
    if one or xh <= EMPTY * slack:
        lower = yh * (1.0 - 2.0**-51) - 16.0 * slack if one else 0.0
        return wh, mh, nh, 0.0, 0.0, max(yh, 0.0), max(lower, 0.0)
    bh, bl = over(ph, pl, xh, xl)
    ah, al = times(bh, bl, ph, pl)
    yh, yl = add(yh, yl, -ah, -al)
    size = 1.0 + abs(bh)
    lower = yh * (1.0 - 2.0**-51) - 16.0 * slack * size * size
    return wh, mh, nh, xh, ph, max(yh, 0.0), max(lower, 0.0)


def _lines(prefixes: Any, at: Any, first: Any, last: Any, slack: Any, found: Any) -> None:  # noqa: PLR0917
    """Fill found[k] with `line_of` the rows between prefixes first[k] and last[k]; at: the distinct x behind each."""
    for k in range(first.shape[0]):
        a, b = first[k], last[k]
        line = line_of(prefixes, a, b, slack, at[b] - at[a] == 1)
        for i in range(7):
            found[k, i] = line[i]


def _spread(x: Any, y: Any, w: Any, cell: Any, frame: Any, totals: Any) -> None:  # noqa: PLR0917
    """Add each row to the twelve numbers of its cell."""
    for i in range(x.shape[0]):
        take_row(x[i], y[i], w[i], frame, totals[cell[i]])


def _accumulate(totals: Any, running: Any) -> None:
    """Fill running[c + 1] with the sums of cells 0..c; running[0] stays."""
    for c in range(totals.shape[0]):
        for i in range(0, 12, 2):
            high, low = add(running[c, i], running[c, i + 1], totals[c, i], totals[c, i + 1])
            running[c + 1, i], running[c + 1, i + 1] = high, low


ARITHMETIC = (two_sum, two_product, add, times, over, take_row)
prefixes = Kernel(_prefixes, *ARITHMETIC)
lines = Kernel(_lines, *ARITHMETIC, line_of)
spread = Kernel(_spread, *ARITHMETIC)
accumulate = Kernel(_accumulate, two_sum, add)
