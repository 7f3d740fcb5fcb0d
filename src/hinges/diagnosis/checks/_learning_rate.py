"""What the record of the training tells about its learning rate."""

from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import Finding, Remedy
from hinges.diagnosis._words import short

ROSE = 3.0  # times the smallest loss before: where it ends there, training went up
JUMPS = 0.3  # of the loss, from one moment to the next and back: the mark of steps that are too large
TAIL = 0.3  # of the record, at its end
SLOW = 0.8  # of the loss at the start that is still there after a quiet training
EVENLY = 0.7  # of the last moments must be lower than the one before
FEWEST = 5  # moments


def check(case: Case) -> list[Finding]:
    """Find a loss that diverged or jumps about (a rate too large), or that hardly moved (too small)."""
    record = case.record
    if record is None or len(record.loss) < FEWEST:
        return []
    loss = record.loss
    if not np.isfinite(loss).all():
        at = int(np.flatnonzero(~np.isfinite(loss))[0])
        return [_too_large(case, f"The loss stopped being a number at moment {at + 1} of {len(loss)}", "diverged", 1.0)]
    if not case.wrong:
        return []
    smallest = float(loss.min())
    if loss[-1] > ROSE * smallest and loss[-1] > loss[0]:
        said = f"The loss rose to {short(loss[-1])} after it had been at {short(smallest)}"
        return [_too_large(case, said, "diverged", 1.0)]
    jumps = _jumps(loss)
    if jumps > JUMPS:
        said = f"The loss jumps up and down by {100 * jumps:.0f} % from moment to moment and does not settle"
        return [_too_large(case, said, "jumps", 0.8)]
    return _too_small(case, loss)


def _jumps(loss: Floats) -> float:
    """Give the median size of those changes that the next one takes back, relative to the loss, at the end."""
    tail = loss[-max(FEWEST, int(TAIL * len(loss))) :]
    steps = np.diff(np.log(np.maximum(tail, 1e-300)))
    turned = steps[1:] * steps[:-1] < 0
    return float(np.median(np.abs(steps))) if turned.mean() > 0.4 else 0.0


def _too_large(case: Case, said: str, what: str, share: float) -> Finding:
    evidence: dict[str, Any] = {"what": what, "smallest_loss": float(np.nanmin(case.record.loss))}  # type: ignore[union-attr]
    after = case.trials.trained_on.loss if case.tries else None
    remedy = Remedy(
        "Take a learning rate a tenth as large, or let it fall to 0 along a cosine.",
        "Training(learning_rate=..., schedule='cosine')",
        None if after is None else case.loss,
        after,
    )
    return Finding("learning-rate", "cause", f"{said}: the learning rate is too large.", evidence, remedy, share)


def _too_small(case: Case, loss: Floats) -> list[Finding]:
    """Find a loss that fell evenly and hardly at all."""
    fell = loss[-1] / max(float(loss[0]), 1e-300)
    tail = np.diff(loss[-max(FEWEST, int(TAIL * len(loss))) :])
    if fell < SLOW or (tail < 0).mean() < EVENLY:
        return []
    after = case.trials.trained_on.loss if case.tries else None
    share = 0.5 if after is None else case.trials.share(after)
    if share < 0.3:
        return []
    message = (
        f"The loss went from {short(float(loss[0]))} to {short(float(loss[-1]))} only, and was still falling evenly: "
        "the learning rate is too small."
    )
    evidence = {"what": "slow", "first_loss": float(loss[0]), "last_loss": float(loss[-1])}
    remedy = Remedy(
        "Take a learning rate ten times as large.",
        "Training(learning_rate=...)",
        None if after is None else case.loss,
        after,
    )
    return [Finding("learning-rate", "cause", message, evidence, remedy, share)]
