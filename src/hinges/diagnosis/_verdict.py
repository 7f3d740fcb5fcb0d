"""Whether a fit is bad: the loss against what seems possible, and against what matters."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from hinges.diagnosis._case import Case

TIMES = 4.0  # the best loss that seems possible
MATTERS = 4e-3  # of the loss of a constant
CLASSES = 0.03  # of the rows, given another class by a better network
SURE = 0.2  # of the loss of a constant: classes told apart by less are told apart
ROUNDING = 1e-9  # of the targets' own size


def far_from_possible(case: "Case") -> bool:
    """Tell whether the loss is several times the best that seems possible, and by more than nothing."""
    largest = float(np.abs(case.y).max(initial=0.0))
    if case.is_mse and case.constant_loss <= (ROUNDING * largest) ** 2:  # all targets equal
        return case.loss > (1e-2 * max(largest, 1e-300)) ** 2
    if case.loss > 1.05 * case.constant_loss:
        return True
    if case.loss <= MATTERS * case.constant_loss:
        return False
    if not case.is_mse:
        return _misses_classes(case)
    return case.loss > TIMES * _possible(case) and case.loss - _possible(case) > MATTERS * case.constant_loss


def _possible(case: "Case") -> float:
    """Give the smallest loss that seems possible: the floor, or what a fresh start does on rows that it did not see.

    Where no floor is known, what was led down on all rows counts with a margin, since it may know them by heart.
    """
    if case.floor is not None or not case.tries:
        return case.trials.best
    fresh = case.trials.like_this()
    tried = TIMES * min(case.trials.repaired.loss, case.trials.trained_on.loss)
    return max(min(tried, case.loss if fresh is None else fresh), min(case.noise, case.loss))


def _misses_classes(case: "Case") -> bool:
    if case.loss <= SURE * case.constant_loss:
        return False
    labels = case.judge.labels
    wrong = float((case.outputs.argmax(axis=1) != labels).mean())
    if not case.tries:
        return wrong > CLASSES
    better = case.trials.repaired.network
    return wrong - float((better(case.x).argmax(axis=1) != labels).mean()) > CLASSES
