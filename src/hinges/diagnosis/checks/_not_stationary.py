"""Training was stopped while the loss was still falling."""

import numpy as np

from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import Finding, Remedy, severity_of
from hinges.diagnosis._words import short

WORTH = 0.25  # of what could be gained
FALLING = 0.97  # of the loss a tenth of the record before the end


def check(case: Case) -> list[Finding]:
    """Find a network that its own gradient still improves by much."""
    if not case.wrong or not case.tries:
        return []
    after = case.trials.trained_on.loss
    share = case.trials.share(after)
    if share < WORTH:
        return []
    kind = "not-stationary"
    said = "The loss is not at a standstill: its gradient still leads down"
    if case.record is not None and _still_falling(case.record.loss):
        kind, said = "too-few-steps", "The training stopped while the loss was falling"
    edges = _edges(case)
    if edges:
        said += f", and the error is {edges} times larger at the ends of the data than in the middle, where fits begin"
    evidence = {"loss": case.loss, "loss_after_going_on": after, "gradient": case.gradient}
    advice = "Train longer, or with a larger learning rate."
    message = f"{said}: going on takes it from {short(case.loss)} to {short(after)}."
    remedy = Remedy(advice, "fit(data, Training(start=network))", case.loss, after)
    return [Finding(kind, severity_of(share), message, evidence, remedy, share)]


def _still_falling(loss: np.ndarray) -> bool:
    if len(loss) < 3 or not np.isfinite(loss).all():
        return False
    before = float(loss[-max(2, len(loss) // 10)])
    return float(loss[-1]) < FALLING * before or bool(loss[-1] <= loss.min() < loss[0])


def _edges(case: Case) -> str:
    """Give how much larger the error is at the ends of one input, "" where it is not."""
    if case.network.inputs != 1 or not case.is_mse or len(case.x) < 20:
        return ""
    x = case.x[:, 0]
    low, high = np.quantile(x, [0.25, 0.75])
    inner = (x >= low) & (x <= high)
    squares = (case.residual**2).mean(axis=1)
    ratio = float(squares[~inner].mean()) / max(float(squares[inner].mean()), 1e-300)
    return f"{ratio:.0f}" if ratio >= 4 else ""
