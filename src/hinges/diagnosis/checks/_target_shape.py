"""The prediction is the mean of the targets everywhere, although the network could do better at once."""

import numpy as np

from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import Finding, Remedy

CONSTANT = 0.06  # of the targets' spread: predictions that vary less count as constant
AT_MEAN = 0.1  # of the targets' spread, between the predictions' mean and the targets'
ABLE = 0.3  # of the loss at most is left by a better output layer alone


def check(case: Case) -> list[Finding]:
    """Find predictions stuck at the mean by a loss that compares every prediction with every target."""
    if not case.is_mse or not case.wrong:
        return []
    spread, offset = case.y.std(axis=0), case.outputs.mean(axis=0) - case.y.mean(axis=0)
    if not (spread > 0).all():
        return []
    constant = (case.outputs.std(axis=0) <= CONSTANT * spread).all() and (np.abs(offset) <= AT_MEAN * spread).all()
    if not constant or not case.hidden:
        return []
    solved = case.trials.solved.loss
    if solved > ABLE * case.loss:
        return []
    message = (
        "The network predicts about the mean of the targets everywhere, although its hidden units can tell the rows "
        "apart. That is what training does when predictions of shape (n, 1) are compared with targets of shape (n,): "
        "the loss then averages over all pairs of rows, and the mean is its best answer."
    )
    evidence = {
        "spread_of_predictions": case.outputs.std(axis=0).tolist(),
        "spread_of_targets": spread.tolist(),
        "loss_of_the_mean": case.constant_loss,
        "loss_with_a_better_output_layer": solved,
    }
    advice = "Give targets and predictions the same shape before the loss is computed."
    remedy = Remedy(advice, "y = y.reshape(-1, 1)", case.loss, solved if case.tries else None)
    if not case.tries:
        remedy = Remedy(advice, "y = y.reshape(-1, 1)")
    return [Finding("target-shape", "cause", message, evidence, remedy, 1.0)]
