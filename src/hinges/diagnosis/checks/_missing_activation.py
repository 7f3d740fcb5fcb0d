"""The network is linear, and the data are not."""

from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import Finding, Remedy
from hinges.diagnosis._words import counted, short

WORTH = 0.5  # of the loss must go away with an activation
MATTERS = 1e-3  # of the loss of a constant


def check(case: Case) -> list[Finding]:
    """Find a network without any nonlinear layer on data that a straight line or a plane does not follow."""
    if any(state.kind != "linear" for state in case.states) or any(
        not hasattr(node, "matrices") and not hasattr(node, "kind") for node in case.network.nodes
    ):
        return []
    after = _with_activation(case)
    if after is None:
        worth = case.affine_loss > max(3 * case.noise, MATTERS * case.constant_loss)
    else:
        worth = after < WORTH * case.loss and case.loss - after > MATTERS * case.constant_loss
    if not worth:
        return []
    layers = len([node for node in case.network.nodes if hasattr(node, "matrices")])
    advice = "Put an activation such as relu after every hidden layer."
    if layers == 1:
        advice = "Add a hidden layer with an activation such as relu."
    message = (
        f"The network is linear: it has {counted(layers, 'layer')} and no activation between them, so it is one "
        f"affine map of its inputs, and no affine map of these inputs has a loss below {short(case.affine_loss)}."
    )
    evidence = {"layers": layers, "affine_loss": case.affine_loss, "loss": case.loss}
    python = "Network.dense(network.weights, network.biases, 'relu')  # then train it"
    return [
        Finding("missing-activation", "cause", message, evidence, Remedy(advice, python, *_tried(case, after)), 1.0)
    ]


def _tried(case: Case, after: float | None) -> tuple[float | None, float | None]:
    return (None, None) if after is None else (case.loss, after)


def _with_activation(case: Case) -> float | None:
    """Give the loss that the same layers reach with relu between them, judged on rows left out of the training."""
    return case.trials.like_this(hidden="relu") if case.tries else None
