"""From the configuration of a Keras model and its variables to a network."""

import heapq
import math
from collections.abc import Callable, Sequence
from typing import Any

from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop._caps import MOST_NODES
from hinges.interop._graph import Graph
from hinges.interop._graph_values import Symbol
from hinges.interop._keras_activations import check as check_activation
from hinges.interop._keras_config import Layer, Model, Ref
from hinges.interop._keras_layers import LAYERS, MERGING, merge
from hinges.interop._keras_ops import OPS
from hinges.interop._keras_step import UNROUNDED, Step, Weights
from hinges.interop._naming import shown
from hinges.nets import Network

OWN_NAME = "hinges_network"  # of the models that hinges writes
TERM = ".term"  # in the names of the Dense layers that are one layer of a network together
LEAST_ROOM = 2**22  # numbers that the weights may take however small the file is
ROOM = 4  # times the numbers in a file that the weights may take, because layers can be shared

POLICIES = ("DTypePolicy", "FloatDTypePolicy")
SMOOTH = "so the model is not piecewise linear: only a model without it can be read"
WHY = {
    "Multiply": f"multiplies values that the network computes, {SMOOTH}",
    "Dot": f"multiplies values that the network computes, {SMOOTH}",
    "Embedding": "takes whole numbers apart: read the model behind it",
    **dict.fromkeys(
        ("LayerNormalization", "GroupNormalization", "UnitNormalization", "RMSNormalization"),
        f"divides by how far its own input spreads, {SMOOTH}; BatchNormalization in its place can be read",
    ),
    **dict.fromkeys(
        ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"),
        "is recurrent, with smooth gates: only feed-forward layers can be read",
    ),
    **dict.fromkeys(
        ("Attention", "AdditiveAttention", "MultiHeadAttention", "GroupQueryAttention"),
        f"multiplies values that the network computes, {SMOOTH}",
    ),
}


def check(model: Model) -> None:
    """Refuse, by its name, the first layer that has no counterpart; nothing but the configuration is looked at.

    Raises:
        UnsupportedModelError: there is one.
        InvalidInputError: calls go round in a circle, or there are too many.
    """
    calls = _checked(model)
    if calls > MOST_NODES:
        raise InvalidInputError(f"its layers are called {calls} times in all; at most {MOST_NODES} are read")


def _checked(model: Model) -> int:
    """Check the layers of a model, and give how many calls of single layers one call of it takes."""
    calls = 0
    for layer in model.layers:
        calls += (_checked(layer.model) if layer.model is not None else _check_layer(layer)) * max(len(layer.calls), 1)
        if model.sequential and layer.kind in MERGING:
            raise InvalidInputError(f"{layer} reads several values, which no layer of a Sequential model can")
    if not model.sequential:
        _order(model)
    return calls


def _check_layer(layer: Layer) -> int:
    if layer.kind not in LAYERS and layer.kind not in MERGING and layer.kind not in OPS and layer.kind != "InputLayer":
        what = "is a function of keras.ops that" if layer.kind.startswith("ops.") else "is of a kind that"
        why = WHY.get(layer.kind.removeprefix("ops."), f"{what} has no counterpart here: {_advice(layer)}")
        raise UnsupportedModelError(f"{layer} {why}")
    policy = layer.config.get("dtype")
    if isinstance(policy, dict) and policy.get("class_name") not in POLICIES:
        raise UnsupportedModelError(f"{layer} has rounded weights ({shown(policy.get('class_name'))}): {UNROUNDED}")
    if layer.config.get("quantization_config") is not None:
        raise UnsupportedModelError(f"{layer} has rounded weights (quantization_config): {UNROUNDED}")
    check_activation(layer)
    return 1


def _advice(layer: Layer) -> str:
    if layer.kind.endswith("Transpose"):
        return "UpSampling2D and Conv2D in its place can be read"
    return "put Dense, convolution, pooling and activation layers in its place that compute the same"


def network_of(model: Model, weights: Weights, size: int, input_shape: Sequence[int] | None) -> Network:
    """Give the network of a model.

    Arguments:
        model: its configuration, that `check` has passed.
        weights: its variables.
        size: how many numbers they have.
        input_shape: of one input without the rows, where the model leaves sizes open.
    """
    names, shapes = _inputs(model, weights, input_shape)
    total = sum(map(math.prod, shapes))
    graph = Graph(shapes[0] if len(shapes) == 1 else (total,), room=max(LEAST_ROOM, ROOM * size))
    values, notes = [graph.input], []
    if len(shapes) > 1:
        notes = [f"the inputs {', '.join(names)} stand one after the other in that order, each flattened"]
        values, start = [], 0
        for shape in shapes:
            end = start + math.prod(shape)
            values.append(graph.input.with_index(graph.input.index[start:end].reshape(shape)))
            start = end
    own = model.name == OWN_NAME
    outputs = _Walk(graph, weights, own).model(model, values, "")
    if len(outputs) > 1:
        raise UnsupportedModelError(
            f"the model gives {len(outputs)} values: read a model of one of them, "
            "keras.Model(model.inputs, model.outputs[0])"
        )
    return graph.finish(outputs[0], notes, own=own)


# --- what comes in --------------------------------------------------------------------------------------


def _inputs(
    model: Model, weights: Weights, input_shape: Sequence[int] | None
) -> tuple[list[str], list[tuple[int, ...]]]:
    """Give the names and shapes of the inputs, without the rows."""
    if model.sequential:
        declared = [(model.name, _sequential_shape(model, weights))]
    else:
        by_name = {layer.name: layer for layer in model.layers}
        declared = [(ref.layer, _declared(by_name[ref.layer])) for ref in model.inputs]
    if len(declared) > 1:
        names = [name for name, _ in declared]
        if input_shape is not None:
            raise InvalidInputError(f"the model has the inputs {', '.join(names)}: input_shape is for one input alone")
        return names, [_known(shape, None, name) for name, shape in declared]
    name, shape = declared[0]
    return [name], [_known(shape, input_shape, name)]


def _declared(layer: Layer) -> Any:
    """Give the shape that an input has with None for the rows, or None where nothing says it."""
    if layer.model is not None:
        inner = layer.model
        if inner.sequential:
            return _declared(inner.layers[0]) if inner.layers else inner.build_shape
        by_name = {each.name: each for each in inner.layers}
        return _declared(by_name[inner.inputs[0].layer]) if len(inner.inputs) == 1 else None
    shape = layer.config.get("batch_shape", layer.config.get("batch_input_shape"))
    if layer.kind == "InputLayer" and shape is None:
        raise InvalidInputError(f"{layer} has no batch_shape")
    return shape


def _sequential_shape(model: Model, weights: Weights) -> Any:
    if not model.layers:
        raise UnsupportedModelError("the model has no layers")
    shape = _declared(model.layers[0]) or model.build_shape
    first = model.layers[0]
    if shape is None and first.kind == "Dense":
        found = weights.of(first.path)
        shape = [None, found[0].shape[0]] if found and found[0].ndim == 2 else None
    return shape


def _known(declared: Any, given: Sequence[int] | None, name: str) -> tuple[int, ...]:
    """Give the shape without the rows, where all of it is known."""
    if declared is None:
        if given is None:
            raise InvalidInputError("the model does not say the shape of its input: give it as input_shape=(...)")
        return tuple(given)
    if not isinstance(declared, list) or not all(size is None or type(size) is int for size in declared[1:]):
        raise InvalidInputError(f"the shape of {shown(name)} must be a list of whole numbers after the rows")
    shape = tuple(declared[1:])
    if given is not None:
        fits = len(given) == len(shape) and all(size in (None, own) for size, own in zip(shape, given, strict=True))
        if not fits:
            raise InvalidInputError(f"input_shape {tuple(given)} does not fit the input, which has the shape {shape}")
        return tuple(given)
    if None in shape:
        raise InvalidInputError(
            f"the input {shown(name)} leaves sizes open in its shape {shape}: give it whole as input_shape=(...)"
        )
    return shape


# --- layer by layer -------------------------------------------------------------------------------------


def _order(model: Model) -> list[tuple[Layer, int]]:
    """Give the calls of a Functional model so that each comes after what it reads, else as the layers stand.

    Raises:
        InvalidInputError: calls go round in a circle, or read one that is not there.
    """
    position = {layer.name: i for i, layer in enumerate(model.layers)}
    calls = {(i, j): call for i, layer in enumerate(model.layers) for j, call in enumerate(layer.calls)}
    inputs = {(position[ref.layer], ref.call) for ref in model.inputs}
    waits: dict[tuple[int, int], int] = {}
    readers: dict[tuple[int, int], list[tuple[int, int]]] = {}
    ready = sorted(inputs)
    for key, call in calls.items():
        sources = [(position[ref.layer], ref.call) for ref in call.refs]
        if key in inputs:
            continue
        waits[key] = len(sources)
        for source in sources:
            readers.setdefault(source, []).append(key)
        if not sources:
            raise InvalidInputError(f"{model.layers[key[0]]} reads nothing")
    heapq.heapify(ready)
    order: list[tuple[Layer, int]] = []
    while ready:
        key = heapq.heappop(ready)
        order.append((model.layers[key[0]], key[1]))
        for reader in readers.get(key, ()):
            waits[reader] -= 1
            if not waits[reader]:
                heapq.heappush(ready, reader)
    stuck = next((key for key, count in waits.items() if count), None)
    if stuck is not None:
        raise InvalidInputError(
            f"{model.layers[stuck[0]]} waits for a value that is never there: its layers go round in a circle"
        )
    return order


class _Walk:
    """Goes through the calls of a model and of those in it."""

    def __init__(self, graph: Graph, weights: Weights, own: bool) -> None:  # noqa: FBT001
        self.graph, self.weights, self.own = graph, weights, own

    def model(self, model: Model, inputs: Sequence[Symbol], prefix: str) -> list[Symbol]:
        """Give the values that a model gives for values."""
        if model.sequential:
            value = inputs[0]
            for layer in model.layers:
                if layer.kind != "InputLayer":
                    value = self.layer(layer, [value], prefix)
            return [value]
        if len(inputs) != len(model.inputs):
            raise InvalidInputError(
                f"the model {shown(model.name)} reads {len(model.inputs)} values, not {len(inputs)}"
            )
        values: dict[Ref, Symbol] = dict(zip(model.inputs, inputs, strict=True))
        for layer, call in _order(model):
            ref = Ref(layer.name, call)
            if ref not in values:
                read = layer.calls[call].arguments
                arguments = [values[each] if isinstance(each, Ref) else each for each in read]
                values[ref] = self.layer(layer, arguments, prefix)
        missing = next((ref for ref in model.outputs if ref not in values), None)
        if missing is not None:
            raise InvalidInputError(f"the output {shown(missing.layer)} of {shown(model.name)} is never computed")
        return [values[ref] for ref in model.outputs]

    def layer(self, layer: Layer, arguments: Sequence[Any], prefix: str) -> Symbol:
        """Give what one call of a layer gives."""
        name = prefix + (layer.name.replace(TERM, " term ") if self.own else layer.name)
        if layer.model is not None:
            outputs = self.model(layer.model, self._symbols(layer, arguments), f"{name}/")
            if len(outputs) != 1:
                raise UnsupportedModelError(f"{layer} gives {len(outputs)} values, and models within may give one")
            return outputs[0]
        step = Step(self.graph, layer, self.weights, name, self.own)
        if layer.kind in OPS:
            return OPS[layer.kind](step, arguments)
        symbols = self._symbols(layer, arguments)
        if layer.kind in MERGING:
            return merge(step, symbols)
        if len(symbols) != 1:
            raise InvalidInputError(f"{layer} reads {len(symbols)} values, not one")
        handler: Callable[[Step, Symbol], Symbol] | None = LAYERS.get(layer.kind)
        if handler is None:
            raise InvalidInputError(f"{layer} stands where no input can")
        return handler(step, symbols[0])

    def _symbols(self, layer: Layer, arguments: Sequence[Any]) -> list[Symbol]:
        for argument in arguments:
            if not isinstance(argument, Symbol):
                raise UnsupportedModelError(f"{layer} reads the constant {shown(argument)}: only values can be read")
        return list(arguments)
