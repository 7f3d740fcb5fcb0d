"""Units that are copies of each other: they stay so, because they get the same gradient."""

import numpy as np

from hinges._arrays import Floats
from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import Finding, Remedy, severity_of
from hinges.diagnosis._revival import Place
from hinges.diagnosis._words import counted, of
from hinges.diagnosis.checks._worth import worth_of_moving
from hinges.nets import Activation, Linear

SAME = 1e-6  # relative: weights and bias that differ less are equal
MANY = 0.25  # of the units


def check(case: Case) -> list[Finding]:
    """Find units with the same weights and bias, and tell what moving the copies is worth."""
    copies = copied_units(case)
    if not copies or len(copies) < MANY * case.units or not case.wrong:
        return []
    worth = worth_of_moving(case, copies, lambda: case.trials.solved.loss)  # copies stay copies
    if worth is None:
        return []
    distinct = case.units - len(copies)
    copied = "is a copy" if len(copies) == 1 else "are copies"
    message = (
        f"{of(len(copies), case.units, 'unit').capitalize()} {copied} of others: "
        f"the network has only {counted(distinct, 'different unit')}, and copies that start equal stay equal."
    )
    evidence = {"copies": [list(place) for place in copies], "units": case.units, "different_units": distinct}
    remedy = Remedy("Start from random weights.", "repair(network, data).network", worth.before, worth.after)
    return [Finding("duplicate-units", severity_of(worth.share), message, evidence, remedy, worth.share)]


def copied_units(case: Case) -> tuple[Place, ...]:
    """Give the units that repeat an earlier one of their layer; dead ones and those without weights do not count."""
    found: list[Place] = []
    for state in case.hidden:
        rows = _rows(case, state.index)
        if rows is None:
            continue
        size = np.abs(rows).max(axis=1)
        usable = ~state.dead & (size > 0)
        rounded = np.round(rows[usable] / np.where(size[usable] > 0, size[usable], 1.0)[:, None] / SAME)
        scale = np.round(np.log(size[usable]) / SAME)
        _, first = np.unique(np.column_stack([rounded, scale]), axis=0, return_index=True)
        repeated = np.setdiff1d(np.arange(usable.sum()), first)
        found += [(state.index, int(i)) for i in np.flatnonzero(usable)[repeated]]
    return tuple(found)


def _rows(case: Case, layer: int) -> Floats | None:
    """Give weights and bias of every unit as rows, (units, inputs + 1); None where a layer is not dense."""
    node = case.network.hidden_nodes[layer]
    feeder = case.network.nodes[node.sources[0] - 1] if node.sources[0] else None
    if not isinstance(node, Activation) or not isinstance(feeder, Linear) or len(feeder.matrices) != 1:
        return None
    matrix = feeder.matrices[0]
    if hasattr(matrix, "tocsr"):
        return None
    return np.vstack([matrix, feeder.bias]).T
