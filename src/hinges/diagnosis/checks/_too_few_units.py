"""The network is about as good as its size allows, and its size does not allow enough."""

from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import Finding, Remedy
from hinges.diagnosis._words import counted, short, times
from hinges.errors import UnsupportedModelError

NEAR = 4.0  # times the best loss of its size: more is the fault of something else first
NEAR_TRIED = 8.0  # the same of a size whose best is not known, but only tried
WIDER = (2, 4)  # times as many units are tried
MATTERS = 5e-3  # of the loss of a constant: less is a good fit
BETTER = 0.4  # of the loss at most is left by twice the units
NOISE = 3.0  # times the noise: a loss within it is noise


def check(case: Case) -> list[Finding]:
    """Find a size of network whose best loss is far from what twice the units reach."""
    if case.units == 0 or case.loss <= max(MATTERS * case.constant_loss, NOISE * case.noise):
        return []
    if case.is_curve:
        return _of_a_curve(case)
    return _of_any(case) if case.tries else []


def _of_a_curve(case: Case) -> list[Finding]:
    """Compare the best of this size with the best of twice the size: both are known."""
    floor = case.floor
    if floor is None or floor.upper <= max(MATTERS * case.constant_loss, NOISE * case.noise):
        return []
    twice = case.floor_of(2 * case.units)
    if twice is None or twice.upper > BETTER * floor.lower or case.loss > NEAR * floor.upper:
        return []
    message = (
        f"No network of {counted(case.units, 'unit')} can do better than {short(floor.lower)} on these data; "
        f"this one has {short(case.loss)}, {times(case.loss / floor.lower)} that. Twice the units can reach "
        f"{short(twice.upper)}."
    )
    evidence = {"units": case.units, "floor": floor.lower, "loss": case.loss, "floor_of_twice": twice.upper}
    remedy = Remedy(
        f"Take more units: {2 * case.units}, say.", f"fit(data, Best(units={2 * case.units}))", case.loss, twice.upper
    )
    return [Finding("too-few-units", "cause", message, evidence, remedy, 1.0)]


def _of_any(case: Case) -> list[Finding]:
    """Compare fresh starts of this size and of twice the size."""
    try:
        widths = [len(bias) for bias in case.network.biases[:-1]]
    except UnsupportedModelError:
        return []
    if not widths:
        return []
    same = case.trials.like_this()
    if same is None or case.loss > NEAR_TRIED * min(case.trials.best, same):
        return []
    here = min(case.trials.best, same)
    tried = {times: case.trials.like_this(widths=tuple(times * width for width in widths)) for times in WIDER}
    found = {times: loss for times, loss in tried.items() if loss is not None}
    if not found:
        return []
    most = min(found, key=lambda times: found[times])
    wider = found[most]
    if wider > BETTER * here or case.loss - wider < MATTERS * case.constant_loss:
        return []
    message = (
        f"Networks of this size ({' and '.join(map(str, widths))} hidden units) reach about {short(here)} on these "
        f"data; {most} times as many units reach {short(wider)}."
    )
    evidence = {"widths": widths, "loss_of_this_size": here, "times_as_many": most, "loss_of_more": wider}
    wide = ", ".join(str(most * width) for width in widths)
    remedy = Remedy("Take more units.", f"Training(hidden=({wide},))", case.loss, wider)
    return [Finding("too-few-units", "cause", message, evidence, remedy, 1.0)]
