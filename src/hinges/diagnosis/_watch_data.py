"""The rows on which a training is watched, and the loss by which the network is judged on them."""

from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.data import Dataset
from hinges.diagnosis._loss import Loss, check_targets, loss_of
from hinges.diagnosis._rows import counted, thinned
from hinges.errors import InvalidInputError
from hinges.nets import Activation, Linear, Network

LARGEST = 2**23  # numbers that the network computes on the rows at one moment
FEWEST_ROWS = 16
# What a reader notes of an end that it passes over.
LEFT_OUT = {kind: f"({kind}) at the end is left out" for kind in ("softmax", "log-softmax", "sigmoid")}


@dataclass(frozen=True, eq=False)
class Rows:
    """Some of the rows of the data, on this machine.

    Arguments:
        data: x with the entries of an input in one row, and y.
        shape: of one input.
        total: how many rows there are in all.
    """

    data: Dataset
    shape: tuple[int, ...]
    total: int

    @property
    def phrase(self) -> str:
        """How many rows are read, in words."""
        if len(self.data) == self.total:
            return f"all {self.total:,} rows"
        return f"{len(self.data):,} rows taken evenly from {self.total:,}"


def rows_of(data: Any, most: int) -> Rows:
    """Give at most `most` rows of a Dataset or a pair (x, y) of arrays or tensors, evenly spaced in their order.

    Of tensors the rows are chosen where the tensors are, and only those are moved. Of one input the rows with the
    smallest and the largest x are among them, so that the range of the data is kept.

    Raises:
        InvalidInputError: it is no such data, or an entry is not a finite number.
    """
    if isinstance(data, Dataset):
        data = counted(data)
        kept = np.arange(len(data)) if len(data) <= most else _spaced(data.x, len(data), most)
        weights = None if data.weights is None else data.weights[kept]
        return Rows(Dataset(data.x[kept], data.y[kept], weights), (data.x.shape[1],), len(data))
    x, y = _pair(data)
    if len(x.shape) == 0 or len(y.shape) == 0 or len(x) != len(y):
        raise InvalidInputError(f"data must hold as many rows of x as of y, not {tuple(x.shape)} and {tuple(y.shape)}")
    total = len(x)
    if total > most:
        kept = _spaced(x, total, most)
        x, y = _chosen(x, kept), _chosen(y, kept)
    x, y = _on_this_machine(x), _on_this_machine(y)
    shape = tuple(int(n) for n in x.shape[1:]) or (1,)
    return Rows(Dataset(x.reshape(len(x), -1), y.reshape(len(y), -1)), shape, total)


def _pair(data: Any) -> tuple[Any, Any]:
    pair = tuple(cast(Any, data)) if isinstance(data, (tuple, list)) else ()
    if len(pair) != 2:
        raise InvalidInputError("data must be a Dataset or a pair (x, y)")
    x, y = (part if hasattr(part, "shape") else np.asarray(part) for part in pair)
    return x, y


def _spaced(x: Any, total: int, most: int) -> NDArray[np.intp]:
    kept = np.linspace(0, total - 1, most).round().astype(np.intp)
    if len(x.shape) == 1 or tuple(x.shape[1:]) == (1,):
        kept = np.union1d(kept, [int(x.argmin()), int(x.argmax())])
    return kept


def _chosen(values: Any, kept: NDArray[np.intp]) -> Any:
    """Give the rows with these numbers; a tensor of torch takes a list."""
    return values[kept.tolist()] if hasattr(values, "detach") else values[kept]


def _on_this_machine(values: Any) -> NDArray[Any]:
    """Give an array or a tensor, wherever it lies, as an array of NumPy."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        if values.is_floating_point() and values.element_size() < 4:
            values = values.float()  # NumPy has no bfloat16
        return values.numpy()
    array = np.asarray(values)
    return array if array.dtype.kind in "fiub" else array.astype(np.float64)


@dataclass(frozen=True, eq=False)
class Judge:
    """How a network is judged on the rows: by squared error, or by the cross-entropy of classes.

    Arguments:
        loss: on the rows, for networks that `complete` gave.
        end: what `complete` puts behind the network that was read: "" nothing, "sigmoid", or "two" a second output
            that is 0, so that one score becomes those of two classes.
    """

    loss: Loss
    end: str = ""

    def complete(self, network: Network) -> Network:
        """Give the network whose outputs the loss takes."""
        last = len(network.nodes)
        if self.end == "sigmoid":
            end: Any = Activation(last, "sigmoid", network.outputs, "sigmoid")
        elif self.end == "two":
            end = Linear((last,), (np.array([[0.0, 1.0]]),), np.zeros(2), "scores of two classes")
        else:
            return network
        return replace(network, nodes=(*network.nodes, end))

    @property
    def added(self) -> int:
        """How many parameters `complete` adds at the end."""
        return 4 if self.end == "two" else 0


def judge_of(network: Network, data: Dataset, loss: str | None) -> Judge:
    """Give how the network is judged: as asked, or else as the network and the targets suggest.

    Classes are meant where the network ends in a softmax, where it ends in a sigmoid and all targets are 0 or 1, and
    where whole numbers that are classes stand in one column while there are several outputs; else squared error.

    Raises:
        InvalidInputError: the targets do not fit the network or the loss.
    """
    left = next((kind for kind, said in LEFT_OUT.items() if any(said in note for note in network.notes)), "")
    y = data.y
    if loss is None:
        loss = "cross-entropy" if _are_classes(y, network.outputs, left) else "mse"
    if loss == "cross-entropy":
        if y.shape[1] == network.outputs > 1 and _one_hot(y):
            y = y.argmax(axis=1)[:, None].astype(np.float64)
        data = Dataset(data.x, y, data.weights)
        check_targets(loss, data, max(network.outputs, 2))
        return Judge(loss_of(loss, data), "two" if network.outputs == 1 else "")
    if "softmax" in left:
        raise InvalidInputError("the network ends in a softmax: watch it with loss='cross-entropy'")
    judged = loss_of(loss, data)
    check_targets(loss, data, network.outputs)
    return Judge(judged, left)


def _are_classes(y: Floats, outputs: int, left: str) -> bool:
    if "softmax" in left:
        return True
    if outputs == 1:
        return left == "sigmoid" and bool(np.isin(y, (0.0, 1.0)).all())
    return y.shape[1] == 1 and bool((y == np.rint(y)).all() and (y >= 0).all() and (y < outputs).all())


def _one_hot(y: Floats) -> bool:
    return bool(np.isin(y, (0.0, 1.0)).all() and (y.sum(axis=1) == 1).all())


def fitting_rows(rows: Rows, network: Network) -> Rows:
    """Give as many of the rows as the network, at one moment, takes little memory for.

    Raises:
        InvalidInputError: the rows have not as many entries as the network has inputs.
    """
    if rows.data.x.shape[1] != network.inputs:
        raise InvalidInputError(
            f"x has {rows.data.x.shape[1]} entries in a row where the network has {network.inputs} inputs"
        )
    size = network.inputs + sum(node.units for node in network.nodes)
    return replace(rows, data=thinned(rows.data, max(FEWEST_ROWS, LARGEST // size)))
