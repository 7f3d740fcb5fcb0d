"""Kinks inside the data, but all in one place: many units bend the function once."""

import numpy as np

from hinges._arrays import Floats
from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import Finding, Remedy, severity_of
from hinges.diagnosis._revival import Place
from hinges.diagnosis._words import of
from hinges.diagnosis.checks._scale import targets_off_scale
from hinges.diagnosis.checks._worth import worth_of_moving
from hinges.nets import Linear

TOGETHER = 0.08  # of the span of x
CROSSING = 0.02  # of the spread of the rows: borders that pass a point closer than this go through it
MANY = 0.4  # of the units
SPARE = 2  # units that one place may need, one for each facing
BORDER = "that is the border of the data, where a kink is as good as outside; "


def check(case: Case) -> list[Finding]:
    """Find units whose kinks coincide, and tell what spreading them is worth."""
    if case.first_rectifiers is None or not case.wrong:
        return []
    cluster, place = _along_one_input(case) if case.network.inputs == 1 else _through_one_point(case)
    units = case.first_rectifiers.units
    if len(cluster) - SPARE < max(2, MANY * units - SPARE):
        return []
    worth = worth_of_moving(case, cluster[SPARE:], lambda: _without_moving(case))
    if worth is None:
        return []
    where = f"x = {place[0]:.3g}" if len(place) == 1 else "one point: " + ", ".join(f"{value:.3g}" for value in place)
    at_border = _at_border(case, place)
    message = (
        f"{of(len(cluster), units, 'unit').capitalize()} bend at (or next to) {where}: "
        f"{BORDER if at_border else ''}a function needs its kinks in different places, all over the data."
    )
    evidence = {"units_there": [list(unit) for unit in cluster], "units": units, "place": place.tolist()}
    advice = "Spread the kinks over the data: start with biases that are not all 0, or with kinks at quantiles of x."
    remedy = Remedy(advice, "Training(kinks='stratified')", worth.before, worth.after)
    kind = "kinks-outside-data" if at_border else "kinks-coincide"
    return [Finding(kind, severity_of(worth.share), message, evidence, remedy, worth.share)]


def _at_border(case: Case, place: Floats) -> bool:
    """Whether the place is at the border of one input: kinks there are as good as outside."""
    low, high = float(case.x.min()), float(case.x.max())
    return len(place) == 1 and min(place[0] - low, high - place[0]) < TOGETHER * (high - low)


def _without_moving(case: Case) -> float:
    """Give the loss with the kinks where they are; of unscaled targets that of going on, which they hold up alone."""
    solved = case.trials.solved.loss
    return min(solved, case.trials.trained_on.loss) if targets_off_scale(case) else solved


def _along_one_input(case: Case) -> tuple[tuple[Place, ...], Floats]:
    state = case.first_rectifiers
    assert state is not None
    kinks = np.where(state.bends, case.kinks, np.nan)
    window = TOGETHER * (float(np.ptp(case.x[:, 0])) or 1.0)
    best = np.zeros(len(kinks), bool)
    for at in kinks[np.isfinite(kinks)]:
        inside = (kinks >= at) & (kinks <= at + window)
        best = inside if inside.sum() > best.sum() else best
    place = np.array([float(np.median(kinks[best]))]) if best.any() else np.zeros(1)
    return tuple((state.index, int(i)) for i in np.flatnonzero(best)), place


def _through_one_point(case: Case) -> tuple[tuple[Place, ...], Floats]:
    """Give the units whose borders pass closest to the point that they best share, and that point."""
    state = case.first_rectifiers
    assert state is not None
    node = case.network.nodes[case.network.hidden_nodes[state.index].sources[0] - 1]
    assert isinstance(node, Linear)
    matrix = node.matrices[0]
    if hasattr(matrix, "tocsr"):
        return (), np.zeros(0)
    spread = float(np.sqrt(case.x.var(axis=0).sum())) or 1.0
    size = np.linalg.norm(matrix, axis=0)
    usable = np.flatnonzero((size > 0) & state.bends)
    if len(usable) <= case.network.inputs + 1:
        return (), np.zeros(0)
    normals, offsets = (matrix / np.where(size > 0, size, 1.0)).T[usable], (node.bias / np.where(size > 0, size, 1.0))
    point = np.linalg.lstsq(normals, -offsets[usable], rcond=None)[0]
    near = np.abs(normals @ point + offsets[usable]) <= CROSSING * spread
    low, high = case.x.min(axis=0), case.x.max(axis=0)
    if not ((point >= low) & (point <= high)).all():
        return (), point
    return tuple((state.index, int(i)) for i in usable[near]), point
