"""A few rows that carry the error, far from what the rows beside them say."""

import numpy as np

from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import Finding, Remedy
from hinges.diagnosis._words import of

MOST = 0.08  # of the rows
PART = 0.6  # of the loss
FAR = 6.0  # standard deviations, by the median of the other errors
FEWEST = 12  # rows


def check(case: Case) -> list[Finding]:
    """Find rows whose error is many times that of all others, and which carry most of the loss."""
    if not case.is_mse or len(case.x) < FEWEST:
        return []
    share = case.weights / case.weights.sum()
    squares = (case.residual**2).mean(axis=1)
    sigma = float(np.sqrt(np.median(squares) / 0.455))
    bad = np.flatnonzero(squares > (FAR * max(sigma, 1e-12 * float(np.abs(case.y).max()))) ** 2)
    if not 0 < len(bad) <= max(1, MOST * len(squares)):
        return []
    carried = float(share[bad] @ squares[bad])
    rest = float(share @ squares) - carried
    if carried < PART * case.loss or not _alone(case, bad) or carried < 3e-3 * case.constant_loss:
        return []
    message = (
        f"{of(len(bad), len(squares), 'row').capitalize()} {'carries' if len(bad) == 1 else 'carry'} "
        f"{100 * carried / case.loss:.0f} % of the loss, and the rows beside "
        f"{'it say' if len(bad) == 1 else 'them say'} something else: the squared error pulls the whole fit there."
    )
    evidence = {"rows": bad[:100].tolist(), "x": case.x[bad[:100]].tolist(), "loss_without": rest}
    remedy = Remedy(
        "Look at these rows: correct them, leave them out or give them a small weight.",
        "Dataset(x, y, weights)",
        case.loss,
        rest,
    )
    return [Finding("outliers", "cause", message, evidence, remedy, 1.0)]


def _alone(case: Case, bad: np.ndarray) -> bool:
    """Whether the targets of most of these rows are far from those of the nearest other rows."""
    others = np.setdiff1d(np.arange(len(case.x)), bad)
    scale = case.x[others].std(axis=0)
    x = case.x / np.where(scale > 0, scale, 1.0)
    apart = 0
    for row in bad:
        near = others[np.argsort(((x[others] - x[row]) ** 2).sum(axis=1))[:4]]
        told, spread = case.y[near].mean(axis=0), np.ptp(case.y[near], axis=0) + 1e-300
        apart += bool((np.abs(case.y[row] - told) > 2.0 * spread).any())
    return apart > 0.5 * len(bad)
