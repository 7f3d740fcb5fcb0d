"""Rows with the same input and different targets: no function gives both."""

from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import Finding
from hinges.diagnosis._noise import repeated_noise, share_repeated
from hinges.diagnosis._words import short, times

PART = 0.1  # of the loss: less is not worth a word
FEWEST = 0.05  # of the rows


def check(case: Case) -> list[Finding]:
    """Find a part of the loss that no function of the inputs can avoid."""
    if not case.is_mse:
        return []
    floor = repeated_noise(case.x, case.y, case.weights)
    if floor is None or floor < PART * case.loss or floor <= 0:
        return []
    part = share_repeated(case.x)
    if part < FEWEST:
        return []
    message = (
        f"{100 * part:.0f} % of the rows share their input with another row and differ in their targets: no function "
        f"of these inputs has a loss below {short(floor)}, and this network has {short(case.loss)}, "
        f"{times(case.loss / floor)} that."
    )
    return [Finding("noisy-repeats", "note", message, {"floor": floor, "share_of_rows": part, "loss": case.loss})]
