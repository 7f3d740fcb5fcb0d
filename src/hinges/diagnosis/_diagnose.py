"""diagnose: why a network does not fit its data, with evidence and remedies that were tried."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hinges import _arrays
from hinges.data import Dataset
from hinges.diagnosis._case import Case
from hinges.diagnosis._diagnosis import Diagnosis
from hinges.diagnosis._finding import GROUPS, KINDS, SEVERITIES, STRONG, Finding
from hinges.diagnosis._healthy import healthy, unexplained
from hinges.diagnosis._loss import loss_for
from hinges.diagnosis._record import record_of
from hinges.diagnosis._rows import counted
from hinges.errors import InvalidInputError
from hinges.nets import Network


def diagnose(
    network: Network,
    data: Dataset | tuple[ArrayLike, ArrayLike],
    *,
    loss: str = "mse",
    history: Any = None,
    try_remedies: bool = True,
) -> Diagnosis:
    """Give what keeps a network from fitting its data: findings in order of how much they explain.

    Every finding has its evidence and, unless `try_remedies` is False, what its remedy did to the loss when it was
    tried. A healthy network is told so, and why. Approximate: the findings are judgements on measured facts; the
    floor that they quote for one input and one hidden relu layer is certified.

    Arguments:
        network: any network that `load` reads.
        data: the rows it was trained on, a Dataset or a pair (x, y).
        loss: "mse", or "cross-entropy" for classes: y is one column of labels from 0.
        history: the record of its training, if there is one: a `History` or `FitResult`, what `watch` recorded,
            Keras's History, a dict with "loss" (and "val_loss"), or a list of losses.
        try_remedies: whether to try remedies, which takes a second or a few; without, the order is that of
            precedence.

    Raises:
        InvalidInputError: the data do not suit the network, a weight is not a number, or the history holds no loss.

    >>> from hinges import Network, example
    >>> line = Network.dense([[[1.0, 0.5, -0.7]], [[0.1], [-0.2], [0.3]]], [[0.0, 0.0, 0.0], [0.0]])  # kinks at 0
    >>> diagnose(line, example("sine")).cause.kind
    'kinks-outside-data'
    """
    network = _arrays.instance(network, Network, "network")
    if not isinstance(try_remedies, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidInputError(f"try_remedies must be True or False, not {try_remedies!r}")
    rows = counted(Dataset.of(data))
    loss_for(network, rows, loss)
    case = Case(network, rows, loss, record_of(history), try_remedies)
    if not np.isfinite(case.loss):
        raise InvalidInputError("the loss of the network is too large for float64: rescale y")
    from hinges.diagnosis.checks import CHECKS

    found = [finding for check in CHECKS for finding in check(case)]
    ordered = sorted(found, key=_rank)
    ordered = _causes_first_group(ordered)
    if not any(finding.severity == "cause" for finding in ordered):
        ordered = _promoted(case, ordered) if case.wrong else healthy(case, ordered)
    return Diagnosis(tuple(ordered), case.loss, loss, case.constant_loss, case.floor, network, rows)


def _causes_first_group(findings: list[Finding]) -> list[Finding]:
    """Call only those the cause that stand in the group of the first: the others follow from it, or come after it."""
    causes = [finding for finding in findings if finding.severity == "cause"]
    if not causes:
        return findings
    first = _group(causes[0])
    return [
        replace(finding, severity="contributing")
        if finding.severity == "cause" and _group(finding) != first
        else finding
        for finding in findings
    ]


def _promoted(case: Case, findings: list[Finding]) -> list[Finding]:
    """Make the first the cause, where the fit is bad and nothing explains most of it."""
    if findings and findings[0].blames:
        return [replace(findings[0], severity="cause"), *findings[1:]]
    return [unexplained(case), *findings]


def _rank(finding: Finding) -> tuple[int, bool, int, float, int]:
    """Causes first; of those that explain much, faults of code before those of data, of units and of training."""
    return (
        SEVERITIES.index(finding.severity),
        finding.share < STRONG,
        _group(finding),
        -round(finding.share, 1),
        KINDS.index(finding.kind),
    )


def _group(finding: Finding) -> int:
    return next(i for i, kinds in enumerate(GROUPS) if finding.kind in kinds)
