"""What a network is told in which no cause of a bad fit was found: that it is good, or that it is not."""

from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import Finding, Remedy
from hinges.diagnosis._words import short

STILL = 1e-3  # of a gradient: relative to the loss, for parameters that change by their own size


def healthy(case: Case, found: list[Finding]) -> list[Finding]:
    """Give the findings with the good news and its reason: before all others, but for a note that is the reason."""
    explained = case.loss / case.constant_loss if case.constant_loss > 0 else 0.0
    message = f"Nothing is wrong with this network: {_reason(case, explained)}."
    evidence = {"loss": case.loss, "loss_of_a_constant": case.constant_loss, "noise": case.noise}
    good = Finding("healthy", "note", message, evidence)
    notes = [finding for finding in found if not finding.blames]
    blaming = [finding for finding in found if finding.blames]
    return [*blaming, good, *notes]


def unexplained(case: Case) -> Finding:
    """Give the finding about a bad fit that nothing else explains: whether its gradient still leads down."""
    still = case.gradient < STILL
    kind = "plateau" if still else "not-stationary"
    where = "stands still there" if still else "is not at a standstill, so that training can go on"
    message = (
        f"The network does not fit: its loss is {short(case.loss)} where a constant has {short(case.constant_loss)}, "
        f"and it {where}."
    )
    advice = (
        "Repair it, or start anew with scaled columns." if still else "Train longer, or with another learning rate."
    )
    if not case.tries:
        advice += " With try_remedies=True diagnose tells what helps."
    evidence = {"loss": case.loss, "loss_of_a_constant": case.constant_loss, "gradient": case.gradient}
    return Finding(kind, "cause", message, evidence, Remedy(advice, "repair(network, data).network"), 0.5)


def _reason(case: Case, left: float) -> str:
    if case.is_mse and case.noise > 0 and case.loss <= 2.0 * case.noise and case.noise > 1e-3 * case.constant_loss:
        return (
            f"its loss, {short(case.loss)}, is about the noise of the data, {short(case.noise)}, "
            "which no function should follow"
        )
    if case.constant_loss <= 0:
        return "all targets are equal, and so are its predictions"
    if case.is_mse:
        return f"it explains {100 * (1 - left):.4g} % of the targets' variance, and nothing tried does much better"
    return f"its loss is {short(case.loss)} where guessing has {short(case.constant_loss)}"
