"""How far the loss is from the smallest that a network of this size can have."""

from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import Finding
from hinges.diagnosis._words import counted, short, times

NEAR = 4.0


def check(case: Case) -> list[Finding]:
    """Tell that the loss is near the floor of its number of units, where it is."""
    if case.floor is None or case.floor.lower <= 0 or case.loss > NEAR * case.floor.lower:
        return []
    message = (
        f"No network of {counted(case.units, 'unit')} can do better than {short(case.floor.lower)} on these data, and "
        f"this one has {short(case.loss)}, {times(case.loss / case.floor.lower)} that."
    )
    evidence = {"units": case.units, "floor": case.floor.lower, "loss": case.loss, "certified": case.floor.certified}
    return [Finding("near-floor", "note", message, evidence)]
