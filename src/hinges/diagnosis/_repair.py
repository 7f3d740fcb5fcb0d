"""repair: the same layers, better numbers in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hinges import _arrays
from hinges.data import Dataset
from hinges.diagnosis._loss import Loss, loss_for
from hinges.diagnosis._repair_curve import Curve, curve_of, repaired_curves
from hinges.diagnosis._repair_kinds import addressed_kinds
from hinges.diagnosis._repair_network import loss_on_all, repaired_networks, revived_output
from hinges.diagnosis._rows import counted
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.nets import Linear, Network

LEAST = 1e-12  # relative fall of the loss that is worth other numbers
MOST_NAMES = 4  # of layers in a sentence


@dataclass(frozen=True, eq=False)
class Repair:
    """A repaired network.

    Arguments:
        network: the same layers as before, with other weights and biases where that lowered the loss.
        before: the loss of the network that was given.
        after: the loss of the repaired one, on the same rows and never larger.
        addressed: the kinds of findings, as `diagnose` calls them, of which there is less now.
        status: a sentence or two: what was done, and what was not touched.
        loss: "mse" or "cross-entropy".
        original: the network that was given.
        data: the rows.
        untouched: the names of the layers whose weights were left alone.

    >>> from hinges import Network, repair
    >>> line = Network.dense([[[1.0]], [[1.0]]], [[5.0], [0.0]])
    >>> mended = repair(line, ([0, 1, 2, 3], [0, 0, 1, 2]))
    >>> isinstance(mended, Repair), mended.improved, mended.after < mended.before
    (True, True, True)
    """

    network: Network
    before: float
    after: float
    addressed: tuple[str, ...]
    status: str
    loss: str
    original: Network
    data: Dataset
    untouched: tuple[str, ...] = ()

    @property
    def improved(self) -> bool:
        """Whether the loss is smaller."""
        return self.after < self.before

    def __str__(self) -> str:
        return self.status


def repair(
    network: Network,
    data: Dataset | tuple[ArrayLike, ArrayLike],
    *,
    loss: str = "mse",
    best: bool = False,
    seed: int = 0,
) -> Repair:
    """Give a network of the same layers with a smaller loss on the data, or the one given: never worse.

    Idle units are moved to where the error is, kinks into the data; the output layer is solved, and a short descent
    follows. Layers, widths, activations, names and notes stay. Approximate, and by nothing but the rows given: how
    it does elsewhere is for other rows to tell.

    For one input, one hidden relu layer and one linear output the result is also no worse than the closed form of
    the best segmentation into as many pieces as units, and with `best` it is the best that `Best(units=)` finds.

    Arguments:
        network: any network that `load` reads. Layers whose weights are shared, as those of convolutions, stay.
        data: the rows, a Dataset or a pair (x, y); rows of weight 0 do not count.
        loss: "mse", or "cross-entropy" for classes: y is one column of labels from 0.
        best: search for the best possible; for one input, one hidden relu layer and one linear output.
        seed: of the places that are tried for units in other networks.

    Raises:
        InvalidInputError: the data do not suit the network, or its outputs are no finite numbers.
        UnsupportedModelError: `best` is asked of another kind of network.

    Source: Golub and Pereyra (1973) for the projection of the output layer; Byrd, Lu, Nocedal and Zhu (1995) for the
    descent.

    >>> from hinges import Network, example
    >>> line = Network.dense([[[1.0] * 6], [[0.1]] * 6], [[0.0] * 6, [0.0]])  # every kink at x = 0, the data beyond
    >>> result = repair(line, example("sine"))
    >>> result.after < result.before / 50, "kinks-outside-data" in result.addressed
    (True, True)
    """
    network = _arrays.instance(network, Network, "network")
    best = _arrays.instance(best, bool, "best")
    seed = _arrays.count(seed, "seed", minimum=0, maximum=2**31 - 1)
    rows = counted(Dataset.of(data))
    judge = loss_for(network, rows, loss)
    curve = curve_of(network) if loss == "mse" else None
    if best and (curve is None or not curve.plain):
        raise UnsupportedModelError(
            "best=True needs one input, one hidden relu layer and one linear output: "
            f"this network has {network.inputs} input(s) and the layers "
            f"{', '.join(node.name for node in network.nodes[:8])}"
        )
    with np.errstate(over="ignore", invalid="ignore"):  # of what is tried; infinite losses are no better than others
        if not np.isfinite(judge.of_best_constant()):
            raise InvalidInputError("the squares of y overflow float64: rescale y")
        before = judge.value(_outputs(network, rows))
        trials = _trials(network, judge, curve, best=best, seed=seed)
        losses = [loss_on_all(trial, judge) for trial in trials]
        k = int(np.argmin(losses))
        improved = losses[k] < before * (1.0 - LEAST)
        after, result = (losses[k], trials[k]) if improved else (before, network)
        kinds = addressed_kinds(network, result, judge) if improved else ()
    untouched = _untouched(network)
    status = _status(before, after, kinds, untouched, judge)
    return Repair(result, before, after, kinds, status, loss, network, rows, untouched)


def _trials(network: Network, judge: Loss, curve: Curve | None, *, best: bool, seed: int) -> list[Network]:
    """Give what may be better: at least one."""
    if curve is None:
        return repaired_networks(network, judge, seed=seed)
    found = repaired_curves(curve, judge.data, best=best)
    if curve.output_activation is None and found:
        return found
    start = min([network, *found], key=lambda trial: loss_on_all(trial, judge))
    return [*found, *repaired_networks(revived_output(start, judge.data), judge, seed=seed)]


def _outputs(network: Network, rows: Dataset) -> np.ndarray:
    values = network.evaluated(rows.x)
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        raise InvalidInputError(
            f"the network says {values[tuple(bad[0])]} on row {bad[0][0]} of the data: "
            "its weights are no finite numbers, or too large"
        )
    return values


def _untouched(network: Network) -> tuple[str, ...]:
    return tuple(node.name for node in network.nodes if isinstance(node, Linear) and not node.is_dense)


def _status(before: float, after: float, kinds: tuple[str, ...], untouched: tuple[str, ...], judge: Loss) -> str:
    name = "mean squared error" if judge.name == "mse" else "cross-entropy"
    if after < before:
        times = before / after if after > 0 else np.inf
        factor = f", {times:,.0f} times" if 10 <= times < 1e6 else f", {times:.3g} times" if times < 10 else ""
        text = f"The {name} falls from {before:.4g} to {after:.4g}{factor}."
        if kinds:
            text += f" Addressed: {', '.join(kinds)}."
    else:
        text = f"Nothing better was found: the {name} stays at {before:.4g}, and the network as it is."
    if untouched:
        shown = ", ".join(untouched[:MOST_NAMES]) + (", ..." if len(untouched) > MOST_NAMES else "")
        text += f" Not touched, because its weights are shared or fixed: {shown}."
    return text
