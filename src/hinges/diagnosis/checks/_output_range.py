"""The activation at the output cannot give the targets."""

import numpy as np

from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import Finding, Remedy
from hinges.diagnosis._words import of, short
from hinges.nets import Activation

RANGES = {
    "relu": (0.0, np.inf),
    "sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "softplus": (0.0, np.inf),
    "relu6": (0.0, 6.0),
}
PART = 0.1  # of the loss that must be unreachable
MATTERS = 1e-3  # of the loss of a constant
LINEAR_OUTPUT = "Network.dense(network.weights, network.biases, 'relu')  # linear at the end; then train it"


def check(case: Case) -> list[Finding]:
    """Find an output activation whose range leaves targets out."""
    last = case.network.nodes[-1]
    if not isinstance(last, Activation) or not case.is_mse:
        return []
    if case.output_state is not None and last.kind == "relu" and case.output_state.dead.all() and case.wrong:
        return [_dead_output(case)]
    low, high = (last.low, last.high) if last.kind == "clip" else RANGES.get(last.kind, (-np.inf, np.inf))
    excess = np.maximum(low - case.y, 0.0) + np.maximum(case.y - high, 0.0)
    share = case.weights / case.weights.sum()
    lost = float(share @ (excess**2).mean(axis=1))
    if lost < PART * case.loss or lost < MATTERS * case.constant_loss:
        return []
    outside = excess > 0
    count, whole = int(outside.any(axis=1).sum()), len(case.y)
    message = (
        f"The output goes through {last.kind}, which gives {_interval(low, high)}, but "
        f"{of(count, whole, 'target')} {'lies' if count == 1 else 'lie'} outside of that: "
        f"no weights can bring the loss below {short(lost)}."
    )
    evidence = {
        "activation": last.kind,
        "low": None if np.isinf(low) else low,
        "high": None if np.isinf(high) else high,
        "targets_outside": count,
        "smallest_target": float(case.y.min()),
        "largest_target": float(case.y.max()),
        "unreachable_loss": lost,
    }
    after = case.trials.like_this(output="linear") if case.tries else None
    advice = f"Leave the {last.kind} away: the last layer of a regression is linear."
    if np.isfinite(high):
        advice += " Or scale the targets into its range."
    before = None if after is None else case.loss
    return [Finding("output-range", "cause", message, evidence, Remedy(advice, LINEAR_OUTPUT, before, after), 1.0)]


def _dead_output(case: Case) -> Finding:
    message = (
        "The relu at the output is off for every row: the network says 0 everywhere, and no gradient passes it, so "
        "training cannot move."
    )
    state = case.output_state
    evidence = {"activation": "relu", "largest_pre_activation": float(state.high.max()) if state is not None else 0.0}
    after = case.trials.like_this(output="linear") if case.tries else None
    remedy = Remedy(
        "Leave the relu at the output away: the last layer of a regression is linear.",
        LINEAR_OUTPUT,
        None if after is None else case.loss,
        after,
    )
    return Finding("output-range", "cause", message, evidence, remedy, 1.0)


def _interval(low: float, high: float) -> str:
    if np.isinf(high):
        return f"nothing below {low:g}"
    return f"only numbers from {low:g} to {high:g}"
