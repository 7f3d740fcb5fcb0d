"""The network follows the noise of the rows it was trained on."""

import numpy as np

from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import Finding, Remedy
from hinges.diagnosis._parameters import Parameters
from hinges.diagnosis._words import short

BELOW = 0.4  # of the noise: a loss below it has learned noise
MATTERS = 1e-3  # of the loss of a constant
GOOD = 0.1  # of the loss of a constant: a worse fit has learned nothing by heart
UNSEEN = 0.02  # of the loss of a constant, on rows left out
FAR = 3.0  # times the loss on rows that were seen
ROSE = 1.5  # times its smallest value: a validation loss that ends there rose


def check(case: Case) -> list[Finding]:
    """Find a loss well below the noise, with many parameters for the rows, or a validation loss that rises."""
    parameters, rows = Parameters(case.network).vector.size, len(np.unique(case.x, axis=0))
    evidence = {"parameters": parameters, "rows": rows, "noise": case.noise, "loss": case.loss}
    noisy = case.noise > MATTERS * case.constant_loss and case.noise > 0
    if noisy and case.loss < BELOW * case.noise and 3 * parameters > rows:
        message = (
            f"The loss, {short(case.loss)}, is below the noise of the data, about {short(case.noise)}: with "
            f"{parameters:,} parameters for {rows:,} rows the network follows the noise, and new rows will fit worse."
        )
    elif (found := _rise(case)) is not None:
        smallest, last = found
        evidence |= {"smallest_validation_loss": smallest, "last_validation_loss": last}
        message = (
            f"The loss of the rows held out rose from {short(smallest)} to {short(last)} while the training loss "
            f"fell: with {parameters:,} parameters for {rows:,} rows the network learns them by heart."
        )
    elif (known := _by_heart(case, parameters, rows)) is not None:
        seen, unseen = known
        evidence |= {"loss_of_a_fresh_start": seen, "its_loss_on_rows_left_out": unseen}
        message = (
            f"With {parameters:,} parameters for {rows:,} rows the network can learn them by heart: trained anew "
            f"without every fifth row, one like it has a loss of {short(seen)} on the others and {short(unseen)} on "
            "those, so new rows will fit worse."
        )
    else:
        return []
    remedy = Remedy("Take fewer units, more rows, or a penalty on the weights.", "Training(hidden=..., l2=1e-4)")
    return [Finding("overparameterised", "cause", message, evidence, remedy, 1.0)]


def _by_heart(case: Case, parameters: int, rows: int) -> tuple[float, float] | None:
    """Give the losses of a fresh start on rows that it saw and did not see, where they are far apart."""
    if not case.tries or 2 * parameters < rows or case.is_curve or case.loss > GOOD * case.constant_loss:
        return None
    found = case.trials.by_heart
    if found is None or found[1] < UNSEEN * case.constant_loss or found[1] < FAR * max(found[0], case.loss):
        return None
    return found


def _rise(case: Case) -> tuple[float, float] | None:
    """Give the smallest and the last loss of the rows held out where it rose while the training loss fell."""
    record = case.record
    if record is None or record.validation_loss is None or len(record.validation_loss) < 5:
        return None
    held, loss = record.validation_loss, record.loss
    if not (np.isfinite(held).all() and np.isfinite(loss).all()):
        return None
    at = int(held.argmin())
    tail = float(np.median(held[-max(1, len(held) // 10) :]))
    rose = tail > ROSE * held[at] and tail > 3 * float(loss[-1]) and at < 0.9 * len(held)
    return (float(held[at]), tail) if rose and loss[-1] < loss[at] else None
