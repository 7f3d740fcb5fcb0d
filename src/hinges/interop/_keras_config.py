"""The configuration of a Keras 3 model, as its files and live models say it: layers, and what each call reads.

Only plain values are looked at; no class that a configuration names is imported. Everything that has no counterpart
here is refused from these values alone, before weights are read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop._caps import LONGEST_NAME, MOST_NODES
from hinges.interop._json import parsed
from hinges.interop._naming import shown

MODELS = ("Functional", "Model", "Sequential")
MOST_PARTS = 400_000  # objects and lists of a configuration: a layer has about thirty
DEEPEST = 40  # models within models
QUIET = ("mask", "training")  # arguments of a call that change nothing where they are not set
CODE = ("Lambda", "__lambda__", "function", "__typespec__")


@dataclass(frozen=True)
class Ref:
    """The value that call `call` of the layer `layer` gives."""

    layer: str
    call: int


@dataclass(frozen=True)
class Call:
    """One call of a layer: the values it reads, in order; a number or a nested list stands for a constant."""

    arguments: tuple[Any, ...]

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The values among the arguments."""
        return tuple(argument for argument in self.arguments if isinstance(argument, Ref))


@dataclass(frozen=True)
class Layer:
    """A layer of a model.

    Attributes:
        kind: the name of its class; of a function of keras.ops, "ops." and its name.
        name: what the model calls it.
        config: its arguments, as they stand there.
        path: where its variables stand in the file of weights, for example "layers/dense_1".
        calls: what it reads, once for each time that it is called; empty in a Sequential model.
        model: the model that it is, where it is one.
    """

    kind: str
    name: str
    config: dict[str, Any]
    path: str
    calls: tuple[Call, ...] = ()
    model: "Model | None" = None

    def __str__(self) -> str:
        return f"layer {shown(self.name)} ({self.kind.removeprefix('ops.')})"


@dataclass(frozen=True)
class Model:
    """A model: its layers, and for a Functional one which values come in and go out.

    Attributes:
        build_shape: the shape of its input with None for the rows, where a Sequential model tells it so.
    """

    name: str
    layers: tuple[Layer, ...]
    sequential: bool
    inputs: tuple[Ref, ...] = ()
    outputs: tuple[Ref, ...] = ()
    build_shape: Any = None


@dataclass
class _Reading:
    """What one reading of a configuration has seen: how many layers, and which it meets again."""

    layers: int = 0
    shared: dict[int, str] = field(default_factory=dict[int, str])

    def count(self) -> None:
        self.layers += 1
        if self.layers > MOST_NODES:
            raise InvalidInputError(f"it has more than {MOST_NODES} layers")

    def path(self, described: dict[str, Any], path: str) -> str:
        """Give where the variables stand: a layer that is in two models is written where it is met first."""
        key = described.get("shared_object_id")
        return self.shared.setdefault(key, path) if isinstance(key, int) else path


def parsed_config(data: bytes) -> Any:
    """Give what the text of a configuration says, if it has no more parts than a network could need."""
    parts = data.count(b"{") + data.count(b"[")
    if parts > MOST_PARTS:
        raise InvalidInputError(f"its configuration has {parts} parts; at most {MOST_PARTS} are read")
    return parsed(data)


def model_of(document: object) -> Model:
    """Give the model that a configuration describes, whose layers all have a counterpart here by their names.

    Raises:
        InvalidInputError: it is no configuration of a model, or damaged.
        UnsupportedModelError: it holds Python code, a class of somebody's own, or a model of another kind.
    """
    described = _object(document, "the configuration")
    kind = _class(described, "the model")
    if kind not in MODELS:
        raise UnsupportedModelError(
            f"the model is a {shown(kind)}: a Sequential or Functional model can be read; of another, "
            "read the Functional model that computes the same"
        )
    return _model(described, kind, "", _Reading(), 0)


# --- models ---------------------------------------------------------------------------------------------


def _model(described: dict[str, Any], kind: str, path: str, reading: _Reading, depth: int) -> Model:
    if depth > DEEPEST:
        raise InvalidInputError(f"its models stand inside each other more than {DEEPEST} deep")
    config = _object(described.get("config"), f"the config of the {kind} model")
    name = config.get("name") if isinstance(config.get("name"), str) else kind
    entries = config.get("layers")
    if not isinstance(entries, list):
        raise UnsupportedModelError(
            f"the model {shown(name)} says nothing of its layers (it is a class of its own, whose code is not run): "
            "read the Functional model that computes the same"
        )
    layers = _layers(entries, kind, path, reading, depth)
    if kind == "Sequential":
        return Model(str(name), layers, True, build_shape=config.get("build_input_shape"))
    by_name = {layer.name: layer for layer in layers}
    if len(by_name) < len(layers):
        raise InvalidInputError(f"two layers of the model {shown(name)} have the same name")
    inputs = tuple(_ends(config.get("input_layers"), by_name, f"input_layers of {shown(name)}"))
    outputs = tuple(_ends(config.get("output_layers"), by_name, f"output_layers of {shown(name)}"))
    _check_refs(layers, by_name)
    return Model(str(name), layers, False, inputs, outputs)


def _layers(entries: list[Any], model: str, path: str, reading: _Reading, depth: int) -> tuple[Layer, ...]:
    sequential = model == "Sequential"
    used: dict[str, int] = {}
    layers: list[Layer] = []
    for i, entry in enumerate(entries):
        reading.count()
        described = _object(entry, f"layers[{i}]")
        config = _object(described.get("config"), f"the config of layers[{i}]")
        name = described.get("name", config.get("name"))
        if not isinstance(name, str) or len(name) > LONGEST_NAME:
            raise InvalidInputError(f"layers[{i}] has no name")
        kind = _class(described, f"layer {shown(name)}")
        where = path
        if not kind.startswith("ops.") and not (sequential and kind == "InputLayer"):
            where = f"{path}layers/{unique(snake_case(kind), used)}"
            where = reading.path(described, where)
        inner = _model(described, kind, f"{where}/", reading, depth + 1) if kind in MODELS else None
        calls = () if sequential else tuple(_calls(described.get("inbound_nodes", []), str(name)))
        layers.append(Layer(kind, str(name), config, where, calls, inner))
    return tuple(layers)


def snake_case(name: str) -> str:
    """Give the name of a class as Keras writes it in paths: Conv2D is conv2d."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def unique(name: str, used: dict[str, int]) -> str:
    """Give the name, numbered where it was used before."""
    used[name] = used.get(name, -1) + 1
    return f"{name}_{used[name]}" if used[name] else name


def _class(described: dict[str, Any], what: str) -> str:
    """Give the name of the class if it is one of Keras' own."""
    kind, module = described.get("class_name"), described.get("module", "keras.layers")
    if not isinstance(kind, str):
        raise InvalidInputError(f"{what} has no class_name")
    if kind in CODE:
        raise UnsupportedModelError(
            f"{what} is Python code ({shown(kind)}), which is never run: put layers in its place that do the same"
        )
    registered = described.get("registered_name")
    own = isinstance(module, str) and (module == "keras" or module.startswith("keras."))
    if not own or registered not in (None, kind):
        raise UnsupportedModelError(
            f"{what} is of a class that is not one of Keras' own ({shown(registered or kind)}), "
            "whose code is never run: put layers of Keras in its place"
        )
    return f"ops.{kind}" if module.startswith(("keras.src.ops.", "keras.ops")) else kind


def _object(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInputError(f"{what} must be an object, not {shown(value)}")
    return value


# --- calls ----------------------------------------------------------------------------------------------


def _calls(nodes: object, name: str) -> Iterator[Call]:
    if not isinstance(nodes, list):
        raise InvalidInputError(f"inbound_nodes of layer {shown(name)} must be a list, not {shown(nodes)}")
    if len(nodes) > MOST_NODES:
        raise InvalidInputError(f"layer {shown(name)} is called more than {MOST_NODES} times")
    for node in nodes:
        if isinstance(node, list):  # as older versions wrote it
            yield Call(tuple(_older(entry, name) for entry in node))
            continue
        described = _object(node, f"an inbound node of layer {shown(name)}")
        keywords = _object(described.get("kwargs", {}), f"kwargs of layer {shown(name)}")
        values = [value for key, value in keywords.items() if not _is_quiet(key, value, name)]
        arguments = described.get("args", [])
        if not isinstance(arguments, list):
            raise InvalidInputError(f"args of layer {shown(name)} must be a list, not {shown(arguments)}")
        yield Call(tuple(_flat([*arguments, *values], name)))


def _is_quiet(key: str, value: Any, name: str) -> bool:
    """Tell whether an argument changes nothing; one that may is refused."""
    if key in QUIET and (value is None or value is False):
        return True
    if key in QUIET:
        raise UnsupportedModelError(
            f"layer {shown(name)} is called with {key}={shown(value)}: call it without, as the trained model is used"
        )
    if _ref(value) is None and value is not None and not isinstance(value, (list, dict)):
        raise UnsupportedModelError(f"layer {shown(name)} is called with {shown(key)}, which has no counterpart here")
    return value is None


def _flat(arguments: list[Any], name: str) -> Iterator[Any]:
    """Give values and constants in order; lists and objects of values are opened."""
    for argument in arguments:
        ref = _ref(argument)
        if ref is not None:
            yield ref
        elif isinstance(argument, (list, dict)) and _holds_ref(argument):
            inner = list(argument.values()) if isinstance(argument, dict) else argument
            for each in inner:
                found = _ref(each)
                if found is None:
                    raise UnsupportedModelError(f"layer {shown(name)} is called with lists of lists")
                yield found
        else:
            yield _constant(argument, name)


def _holds_ref(argument: Any) -> bool:
    return any(_ref(each) is not None for each in (argument.values() if isinstance(argument, dict) else argument))


def _ref(value: Any) -> Ref | None:
    """Give the value that a symbolic tensor of a configuration stands for."""
    if not isinstance(value, dict) or value.get("class_name") != "__keras_tensor__":
        return None
    config = _object(value.get("config"), "the config of a tensor")
    return _history(config.get("keras_history"), "keras_history")


def _history(value: Any, what: str) -> Ref:
    if not isinstance(value, list) or len(value) < 3 or not isinstance(value[0], str):
        raise InvalidInputError(f"{what} must be [name, call, tensor], not {shown(value)}")
    call, tensor = value[1], value[2]
    if type(call) is not int or type(tensor) is not int or call < 0:
        raise InvalidInputError(f"{what} must be [name, call, tensor], where call and tensor count from 0")
    if tensor != 0:
        raise UnsupportedModelError(f"layer {shown(value[0])} gives several values, which no layer read here does")
    return Ref(value[0], call)


def _older(entry: Any, name: str) -> Ref:
    ref = _history(entry, f"an inbound node of layer {shown(name)}")
    for key, value in (entry[3] if len(entry) > 3 and isinstance(entry[3], dict) else {}).items():
        _is_quiet(key, value, name)
    return ref


def _constant(value: Any, name: str) -> Any:
    """Give a number or nested lists of numbers, as constants stand among the arguments of a call."""
    if isinstance(value, dict):
        kind, config = value.get("class_name"), value.get("config")
        if kind in ("__tensor__", "__numpy__") and isinstance(config, dict):
            return config.get("value")
        raise UnsupportedModelError(f"layer {shown(name)} is called with {shown(kind)}, which has no counterpart here")
    return value


# --- what goes in and out -------------------------------------------------------------------------------


def _ends(value: Any, by_name: dict[str, Layer], what: str) -> Iterator[Ref]:
    """Give the inputs or outputs of a Functional model: one, a list, or an object of them."""
    if isinstance(value, list) and len(value) == 3 and isinstance(value[0], str):
        value = [value]
    entries = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(entries, list) or not entries:
        raise InvalidInputError(f"{what} must be a list of [name, call, tensor], not {shown(value)}")
    for entry in entries:
        ref = _history(entry, what)
        layer = by_name.get(ref.layer)
        if layer is None:
            raise InvalidInputError(f"{what} names the layer {shown(ref.layer)}, which is not there")
        # A Functional model among the layers counts the call that made it as its first.
        before = 1 if layer.kind in ("Functional", "Model") else 0
        yield Ref(ref.layer, ref.call - before)


def _check_refs(layers: tuple[Layer, ...], by_name: dict[str, Layer]) -> None:
    for layer in layers:
        for ref in (ref for call in layer.calls for ref in call.refs):
            source = by_name.get(ref.layer)
            if source is None:
                raise InvalidInputError(f"{layer} reads the layer {shown(ref.layer)}, which is not there")
