"""Networks from scikit-learn: fitted MLPRegressor and MLPClassifier, also behind scalers in a Pipeline.

Only attributes that fitting leaves behind are read, so that scikit-learn itself is not imported here.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from hinges import _arrays
from hinges._arrays import Floats
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.nets import Activation, Linear, Network, Node

NAMES = {"identity": "linear", "relu": "relu", "tanh": "tanh", "logistic": "sigmoid"}
STRIPPED = {
    "logistic": "the final logistic of {} is left out: the network gives log(p / (1 - p))",
    "softmax": "the final softmax of {} is left out: the network gives the scores before it",
    "exp": "the final exp of {} is left out: the network gives the logarithm of the prediction",
}
READ = "MLPRegressor, MLPClassifier, or a Pipeline of StandardScaler, MinMaxScaler or MaxAbsScaler and one of these"


def from_estimator(estimator: Any) -> Network:
    """Give the network of a fitted MLPRegressor or MLPClassifier, or of a Pipeline of scalers and one of these.

    Weights are taken over bit by bit. What makes probabilities of a classifier's scores is left out, and a
    scaler is multiplied into the first layer, rounded once; `notes` says so.

    Raises:
        InvalidInputError: the estimator is not fitted.
        UnsupportedModelError: it is another estimator, or a step of the Pipeline is; its name is in the message.
    """
    if type(estimator).__name__ != "Pipeline":
        return _mlp(estimator)
    steps = [(name, step) for name, step in estimator.steps if step is not None and step != "passthrough"]
    if not steps:
        raise UnsupportedModelError(f"the Pipeline has no step: {READ} can be read")
    network = _mlp(steps[-1][1])
    for name, step in reversed(steps[:-1]):
        network = _behind(network, name, step)
    return network


def _mlp(estimator: Any) -> Network:
    kind = type(estimator).__name__
    if not _is_one_of(estimator, ("MLPRegressor", "MLPClassifier")):
        raise UnsupportedModelError(f"{kind} is no network that can be read: give {READ}")
    if not hasattr(estimator, "coefs_"):
        raise InvalidInputError(f"this {kind} is not fitted yet: call its fit(X, y) first")
    hidden, last = str(estimator.activation), str(estimator.out_activation_)
    for name, place in ((hidden, "activation"), (last, "out_activation_")):
        if name not in NAMES and not (place == "out_activation_" and name in STRIPPED):
            raise UnsupportedModelError(f"{kind} has the {place} {name!r}, which has no counterpart here")
    layers = len(estimator.coefs_)
    notes = [STRIPPED[last].format(kind)] if last in STRIPPED else []
    return Network.dense(estimator.coefs_, estimator.intercepts_, [NAMES[hidden]] * (layers - 1), notes=notes)


def _is_one_of(estimator: Any, names: tuple[str, ...]) -> bool:
    """Tell whether it is of one of these classes of scikit-learn or of a class made from one."""
    return any(c.__module__.partition(".")[0] == "sklearn" and c.__name__ in names for c in type(estimator).__mro__)


# --- scalers --------------------------------------------------------------------------------------------


def _behind(network: Network, name: str, step: Any) -> Network:
    """Give the network that scales its input first."""
    factor, shift, bounds = _scaling(name, step, network.inputs)
    if bounds is not None:
        return _clipped(network, name, factor, shift, bounds)
    first = network.nodes[0]
    assert isinstance(first, Linear)
    weights = first.matrices[0]
    folded = Linear((0,), (factor[:, np.newaxis] * weights,), first.bias + shift @ weights, first.name)
    note = f"the scaler {name} is multiplied into {first.name}, rounded once"
    return Network((folded, *network.nodes[1:]), network.inputs, (note, *network.notes))


def _scaling(name: str, step: Any, inputs: int) -> tuple[Floats, Floats, tuple[float, float] | None]:
    """Give factor and shift, (inputs,) each, of the scaler x -> factor * x + shift, and where it is cut off."""
    kind = type(step).__name__
    if kind not in ("StandardScaler", "MinMaxScaler", "MaxAbsScaler"):
        raise UnsupportedModelError(f"step {name} of the Pipeline is a {kind}, which cannot be folded in: give {READ}")
    if not hasattr(step, "n_features_in_"):
        raise InvalidInputError(f"step {name} of the Pipeline, a {kind}, is not fitted yet: call fit(X, y) first")
    bounds = None
    shift = np.zeros(inputs)
    if kind == "MinMaxScaler":
        factor, shift = step.scale_, step.min_
        bounds = step.feature_range if step.clip else None
    else:
        divisor = step.scale_ if step.scale_ is not None else np.ones(inputs)
        factor = 1.0 / np.asarray(divisor, np.float64)
        if kind == "MaxAbsScaler":
            bounds = (-1.0, 1.0) if getattr(step, "clip", False) else None
        elif step.with_mean:
            shift = -np.asarray(step.mean_, np.float64) * factor
    return _arrays.vector(factor, f"{name}: scale_"), _arrays.vector(shift, f"{name}: shift"), bounds


def _clipped(network: Network, name: str, factor: Floats, shift: Floats, bounds: tuple[float, float]) -> Network:
    """Give the network with the scaler and its clip as nodes of their own before it."""
    low, high = (float(bound) for bound in bounds)
    nodes: list[Node] = [
        Linear((0,), (np.diag(factor),), shift, name),
        Activation(1, "clip", network.inputs, f"{name} clipped", low=low, high=high),
    ]
    nodes += [_moved(node, 2) for node in network.nodes]
    note = f"the scaler {name} clips, so it is kept as a layer of its own"
    return Network(tuple(nodes), network.inputs, (note, *network.notes))


def _moved(node: Node, by: int) -> Node:
    if isinstance(node, Linear):
        return replace(node, sources=tuple(source + by for source in node.sources))
    return replace(node, source=node.source + by)
