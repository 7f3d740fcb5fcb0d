"""Units that bend nothing on the data: kinks outside of it, dead units, always-on units beyond those needed."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import Finding, Remedy, severity_of
from hinges.diagnosis._floor import best_with_kinks
from hinges.diagnosis._layer_state import LayerState
from hinges.diagnosis._revival import Place
from hinges.diagnosis._words import counted, of, short
from hinges.diagnosis.checks._worth import Worth, worth_of_moving

MOST_PLACES = 5  # named in a sentence
EDGE = 0.05  # share of the rows: a kink that parts fewer from the others hardly bends anything
TOGETHER = 0.03  # of the span of x: kinks no further apart are in one place
MANY = 0.25  # of the units, from which idle ones are worth a word
REPAIR = "repair(network, data).network"
ADVICE = {
    "kinks-outside-data": "Put the kinks inside the data: scale x to mean 0 and spread 1, or start with kinks "
    "spread over the data.",
    "dead-units": "Move the dead units to where the error is, or start anew with a smaller learning rate and biases "
    "near 0.",
    "surplus-always-on": "Move them to where the error is: together they are worth one straight line.",
}


@dataclass(frozen=True)
class Idle:
    """The units that bend nothing.

    Arguments:
        dead, surplus: their places, always-on units beyond those that carry the affine part.
        outside: of one input, kinks of the first layer that stand outside the data or at its edge, (k,).
        together: whether most of those are in one place.
        units: how many units there are in rectifier layers.
    """

    dead: tuple[Place, ...]
    surplus: tuple[Place, ...]
    outside: Floats
    together: bool
    units: int

    @property
    def places(self) -> tuple[Place, ...]:
        """All of them."""
        return (*self.dead, *self.surplus)

    @property
    def kind(self) -> str:
        """What they are called: by which side of their kinks the data lie on, or by where those are."""
        dead, surplus = len(self.dead), len(self.surplus)
        if self.together or min(dead, surplus) > 0.15 * (dead + surplus):
            return "kinks-outside-data"
        return "dead-units" if dead > surplus else "surplus-always-on"


def check(case: Case) -> list[Finding]:
    """Find units whose kink no row lies beyond, and tell what moving them is worth."""
    idle = idle_units(case)
    if idle is None or not idle.places or not case.wrong:
        return []
    if len(idle.places) < MANY * idle.units:
        return []
    worth = worth_of_moving(case, idle.places, lambda: case.trials.trained_on.loss)
    return [] if worth is None else [_finding(case, idle, worth)]


def idle_units(case: Case) -> Idle | None:
    """Give the units that bend nothing; None where no layer is relu or leaky_relu."""
    layers = [state for state in case.hidden if state.is_rectifier]
    if not layers:
        return None
    dead: list[Place] = []
    surplus: list[Place] = []
    for state in layers:
        first = state is case.first_rectifiers
        edge = EDGE if first and case.network.inputs == 1 else 0.0
        off, on = (state.dead | (state.on <= edge)), (state.always_on | (state.on >= 1 - edge))
        dead += [(state.index, int(i)) for i in np.flatnonzero(off)]
        surplus += _surplus(case, state, on, first=first)
    outside, together = _outside(case, {index for layer, index in (*dead, *surplus) if layer == layers[0].index})
    return Idle(tuple(dead), tuple(surplus), outside, together, sum(state.units for state in layers))


def _surplus(case: Case, state: LayerState, on: Any, *, first: bool) -> list[Place]:
    """Give always-on units beyond as many as carry the affine part; of later layers those that are on all count."""
    places = [(state.index, int(i)) for i in np.flatnonzero(on)]
    if first:
        return places[min(case.network.inputs, case.network.outputs * case.network.inputs) :]
    return places if len(places) == state.units else []


def _outside(case: Case, chosen: set[int]) -> tuple[Floats, bool]:
    """Give the places of idle kinks along the one input, and whether most are in one."""
    if case.network.inputs != 1 or not case.kinks.size or not chosen:
        return np.zeros(0), False
    kinks = case.kinks[sorted(chosen)]
    kinks = np.sort(kinks[np.isfinite(kinks)])
    span = float(np.ptp(case.x[:, 0])) or 1.0
    window = [int(((kinks >= at) & (kinks <= at + TOGETHER * span)).sum()) for at in kinks]
    return kinks, len(kinks) >= 3 and max(window) >= 0.6 * len(chosen)


def _finding(case: Case, idle: Idle, worth: Worth) -> Finding:
    kind = idle.kind
    count = len(idle.places)
    low, high = float(case.x.min()), float(case.x.max())
    if kind == "kinks-outside-data" and case.network.inputs == 1:
        where = f"outside the data, which reach from {low:.3g} to {high:.3g}"
        message = f"{of(count, idle.units, 'kink').capitalize()} {_is(count)} {where}, or at the very edge"
        if idle.outside.size:
            message += f" (at {_places(idle.outside)})"
        message += ": such a unit is off for all rows or on for all, and bends nothing where the data are."
    elif kind == "kinks-outside-data":
        message = (
            f"{of(count, idle.units, 'unit').capitalize()} {_is(count)} on the same side of {_their(count)} kink for "
            "all rows: the data lie beside the kinks, and nothing bends there."
        )
    elif kind == "dead-units":
        message = (
            f"{of(count, idle.units, 'unit').capitalize()} {_is(count)} dead: off on every row (or nearly so), so "
            f"the output does not hang on {_them(count)} and no gradient reaches {_them(count)}."
        )
    else:
        message = (
            f"{of(count, idle.units, 'unit').capitalize()} {_is(count)} on for all rows beyond what a straight line "
            "needs, so that together they are worth one straight line."
        )
    possible, numbers = _possible(case)
    message += possible
    evidence: dict[str, Any] = {
        "idle_units": [list(place) for place in idle.places],
        "dead": len(idle.dead),
        "surplus_always_on": len(idle.surplus),
        "units": idle.units,
        "kinks": idle.outside.tolist(),
        "data_from": low,
        "data_to": high,
        "gradient": case.gradient,
        **numbers,
    }
    remedy = Remedy(ADVICE[kind], REPAIR, worth.before, worth.after)
    return Finding(kind, severity_of(worth.share), message, evidence, remedy, worth.share)


def _possible(case: Case) -> tuple[str, dict[str, Any]]:
    """Tell, of a curve, what the kinks inside the data can do at best, and what all units could."""
    if case.floor is None or case.first_rectifiers is None:
        return "", {}
    kinks = case.kinks[case.first_rectifiers.bends]
    bends = len(np.unique(kinks))
    with_those = best_with_kinks(case.data, bends)
    if with_those is None:
        return "", {"kinks_inside": bends, "floor": case.floor.lower}
    numbers: dict[str, Any] = {"kinks_inside": bends, "loss_with_those": with_those, "floor": case.floor.lower}
    if case.record is not None and case.record.kinks is not None and case.record.kinks.shape[1:] == (case.units,):
        first = case.record.kinks[0]
        numbers["kinks_inside_at_the_start"] = int(((first > case.x.min()) & (first < case.x.max())).sum())
    inside = "no kink" if bends == 0 else "one kink" if bends == 1 else f"{bends} kinks"
    line = ", a straight line," if bends == 0 else ""
    said = (
        f" With {inside} inside, the best{line} has a loss of {short(with_those)}; "
        f"{counted(case.units, 'unit')} could reach {short(case.floor.upper)}."
    )
    return (said if with_those > 1.5 * case.floor.upper else ""), numbers


def _places(kinks: Floats) -> str:
    """Give the places of kinks, equal ones together: "0 (5 kinks), 3.2, -1"."""
    shown, counts = np.unique([short(kink + 0.0) for kink in kinks], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    words = [f"{shown[i]} ({counts[i]} kinks)" if counts[i] > 1 else str(shown[i]) for i in order]
    return ", ".join(words[:MOST_PLACES]) + (
        f" and {len(words) - MOST_PLACES} more" if len(words) > MOST_PLACES else ""
    )


def _them(count: int) -> str:
    return "it" if count == 1 else "them"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _their(count: int) -> str:
    return "its" if count == 1 else "their"
