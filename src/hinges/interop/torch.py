"""Networks from and to PyTorch: live modules through torch.export, and .pt2 files.

Files are read without torch (see `_pt2_archive.py`); modules and writing need the extra `torch`.
"""

import contextlib
import copy
import inspect
import io
import json
import logging
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from hinges import _arrays
from hinges._extras import require
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop import _pt2_archive
from hinges.interop._naming import shown
from hinges.interop._torch_modules import INPUTS, NOTES, classes, module_of
from hinges.interop._torch_network import network_of
from hinges.interop._torch_program import Call, DType, Model, Program, Ref, Unread
from hinges.nets import Network

# Rows of the input with which a module is exported: a prime, so that what a module makes of them is told from the rest.
EXAMPLES = 211
# The layers that tell the shape of an input: its attribute, and whether that says all.
FIRST_LAYERS = {"Linear": "in_features", "BatchNorm1d": "num_features", "Bilinear": "in1_features"}
SPATIAL_LAYERS = {"Conv1d": 1, "Conv2d": 2, "Conv3d": 3, "ConvTranspose1d": 1, "ConvTranspose2d": 2}
# The layers that do something else in training than in evaluation.
CHANGEABLE = ("Dropout", "BatchNorm", "InstanceNorm", "RReLU")
ERRORS = (RuntimeError, TypeError, ValueError, AssertionError, AttributeError, LookupError, NotImplementedError)


def from_module(module: Any, input_shape: Sequence[int] | None = None) -> Network:
    """Give the network that a torch module, or an exported program, computes in evaluation mode.

    Exact: weights of float64 are bit-equal and narrower ones are widened; what is computed in float32 there is
    computed in float64 here. A copy of the module is exported with torch.export; the module itself stays as it is.

    Arguments:
        module: a torch.nn.Module or a torch.export.ExportedProgram.
        input_shape: of one input, without the rows; needed where the first layer does not tell it, as with
            convolutions.

    Raises:
        InvalidInputError: it is no module, or the shape of its input is not known or does not fit.
        UnsupportedModelError: it branches on values, or a layer is not read; the layer is named.
        MissingExtraError: torch is not installed.
    """
    torch = require("torch", extra="torch")
    if isinstance(module, torch.export.ExportedProgram):
        return network_of(_model(module, ()), input_shape)
    if not isinstance(module, torch.nn.Module):
        raise InvalidInputError(f"module must be a torch.nn.Module, not {type(module).__name__}")
    return reader_of(module, input_shape)()


def reader_of(module: Any, input_shape: Sequence[int] | None = None) -> Callable[[], Network]:
    """Give what reads a live module as often as it is called, each time with the weights that the module then has.

    It is exported once, here; arguments and errors are those of `from_module`. Every call copies the parameters and
    buffers, from whatever device they are on, and changes nothing in the module.
    """
    torch = require("torch", extra="torch")
    _check_forward(module)
    shape = _input_shape(module, input_shape)
    still, notes = _in_evaluation(module)
    own = tuple(getattr(module, NOTES, ())) if hasattr(module, NOTES) else None
    exported = _exported(torch, still, shape)

    def read_now() -> Network:
        here = dict(module.named_parameters(remove_duplicate=False))
        here |= dict(module.named_buffers(remove_duplicate=False))
        with torch.no_grad():
            for name, tensor in exported.state_dict.items():
                tensor.copy_(here[name])
        return network_of(_model(exported, own if own is not None else notes, own=own is not None), shape)

    return read_now


def read_pt2(path: str | os.PathLike[str], input_shape: Sequence[int] | None = None) -> Network:
    """Give the network of a .pt2 file that torch.export.save wrote; torch is not needed and nothing is unpickled.

    Arguments:
        path: the file.
        input_shape: of one input without the rows; needed only where the model was exported for any size.

    Raises:
        InvalidInputError: there is no such file, or its content is damaged.
        UnsupportedModelError: it holds a layer that has no counterpart here; the layer is named.
    """
    return _pt2_archive.read(Path(path), input_shape)


# --- before the export ----------------------------------------------------------------------------------


def _check_forward(module: Any) -> None:
    """Refuse a module that takes several tensors."""
    try:
        parameters = inspect.signature(module.forward).parameters.values()
    except (TypeError, ValueError):
        return  # the export will tell
    needed = [p.name for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    if len(needed) > 1:
        raise UnsupportedModelError(
            f"the module takes {len(needed)} inputs ({', '.join(needed)}); networks of one are read: wrap it in a "
            "module that takes one tensor and splits it"
        )


def _input_shape(module: Any, given: Sequence[int] | None) -> tuple[int, ...]:
    """Give the shape of one input: as given, or as the first layer tells it."""
    if given is not None:
        numbers = given if isinstance(given, (tuple, list)) else (given,)
        return tuple(_arrays.count(size, f"input_shape[{i}]") for i, size in enumerate(numbers))
    if hasattr(module, INPUTS):
        return (int(getattr(module, INPUTS)),)
    for name, layer in module.named_modules():
        kind = type(layer).__name__
        if kind in FIRST_LAYERS:
            return (int(getattr(layer, FIRST_LAYERS[kind])),)
        if kind in SPATIAL_LAYERS:
            channels, axes = int(layer.in_channels), SPATIAL_LAYERS[kind]
            example = (channels, *(32,) * axes)
            raise InvalidInputError(
                f"input_shape is needed: {name or 'it'} ({kind}) takes {channels} channels of any size; give the shape "
                f"of one input without the rows, for example input_shape={example}"
            )
    raise InvalidInputError(
        "input_shape is needed: no layer of the module tells it; give the shape of one input without the rows, for "
        "example input_shape=(4,)"
    )


def _in_evaluation(module: Any) -> tuple[Any, tuple[str, ...]]:
    """Give a copy of the module in evaluation mode, and what there is to say of that."""
    training = [(name, layer) for name, layer in module.named_modules() if layer.training]
    try:
        still = copy.deepcopy(module).cpu().eval()
    except ERRORS as error:
        raise UnsupportedModelError(
            f"the module cannot be copied, and is not read as it is so that it stays unchanged: {_first_line(error)}"
        ) from None
    changed = [
        f"{name or 'it'} ({type(layer).__name__})"
        for name, layer in training
        if any(word in type(layer).__name__ for word in CHANGEABLE)
    ]
    if not changed:
        return still, ()
    return still, (f"read in evaluation mode, though {', '.join(changed[:3])} {_were(changed)} in training mode",)


def _were(names: list[str]) -> str:
    more = f"and {len(names) - 3} more " if len(names) > 3 else ""
    return f"{more}{'were' if len(names) > 1 else 'was'}"


def _first_line(error: BaseException) -> str:
    """Give what torch says, as it may stand in a sentence."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[0] if lines else type(error).__name__
    return (text if len(text) <= 200 else text[:200] + "...").rstrip(".")


# --- the export -----------------------------------------------------------------------------------------


def _exported(torch: Any, module: Any, shape: tuple[int, ...], *, any_rows: bool = False) -> Any:
    """Give the exported program: for `EXAMPLES` rows, for any number, or for one where the module takes but one."""
    dtype = next((p.dtype for p in module.parameters() if p.dtype.is_floating_point), torch.float64)
    sizes = ({0: torch.export.Dim("rows")},) if any_rows else None
    failures: list[BaseException] = []
    with torch.no_grad(), _quiet():
        for rows in (EXAMPLES, 1):
            example = torch.zeros(rows, *shape, dtype=dtype)
            try:
                return torch.export.export(module, (example,), dynamic_shapes=sizes, strict=False)
            except ERRORS as error:
                failures.append(error)
                if "DataDependent" in type(error).__name__:
                    break
    raise _failure(failures[0], shape) from None


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep torch from printing what the error that is raised says anyway."""
    logger = logging.getLogger("torch.fx.experimental.symbolic_shapes")
    logger.addFilter(_never)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")  # many are attributed to the caller
            yield
    finally:
        logger.removeFilter(_never)


def _never(_: logging.LogRecord) -> bool:
    return False


def _failure(error: BaseException, shape: tuple[int, ...]) -> Exception:
    if "DataDependent" in type(error).__name__ or "data-dependent" in str(error):
        return UnsupportedModelError(
            "the module branches on the values of its input, so that it has no one graph: choose with relu, maximum or "
            f"minimum instead of if (torch says: {_first_line(error)})"
        )
    return InvalidInputError(
        f"the module does not run on inputs of shape (rows, {', '.join(map(str, shape))}): give the right input_shape "
        f"(torch says: {_first_line(error)})"
    )


def _model(exported: Any, notes: tuple[str, ...], *, own: bool = False) -> Model:
    """Give what an exported program says."""
    signature = exported.graph_signature
    places = [node for node in exported.graph.nodes if node.op == "placeholder"]
    constants: dict[str, Any] = {}
    inputs: dict[str, tuple[int | None, ...]] = {}
    weights = 0
    for node, spec in zip(places, signature.input_specs, strict=True):
        target = spec.target or ""
        tensor = _tensor_of(exported, target)
        if tensor is not None:
            constants[node.name] = _bringing(tensor, target)
            weights += tensor.numel()
        elif spec.kind.name == "USER_INPUT" and hasattr(node.meta.get("val"), "shape"):
            inputs[node.name] = tuple(n if isinstance(n, int) else None for n in node.meta["val"].shape)
    return Model(_program(exported.graph_module, signature), constants, inputs, weights, notes, own)


def _tensor_of(exported: Any, name: str) -> Any:
    found = exported.state_dict.get(name)
    found = exported.constants.get(name) if found is None else found
    return found if hasattr(found, "numel") else None


def _bringing(tensor: Any, name: str) -> Any:
    def bring() -> NDArray[Any]:
        values = tensor.detach().cpu()
        if values.layout != require("torch", extra="torch").strided or values.is_quantized:
            raise UnsupportedModelError(f"{name} is a sparse or quantised tensor, which is not read")
        if values.dtype.is_floating_point and values.dtype.itemsize < 4:
            values = values.float()  # exact, and NumPy has no bfloat16
        return values.numpy()

    return bring


def _program(module: Any, signature: Any = None) -> Program:
    """Give the calls of a graph module."""
    inputs: list[str] = []
    calls: list[Call] = []
    outputs: list[Any] = []
    inner: dict[str, Any] = {}
    for node in module.graph.nodes:
        if node.op == "placeholder":
            inputs.append(node.name)
        elif node.op == "get_attr":
            inner[node.name] = getattr(module, node.target)
        elif node.op == "output":
            results = node.args[0] if isinstance(node.args[0], (tuple, list)) else [node.args[0]]
            outputs = [_argument(each, inner) for each in results]
        else:
            calls.append(_call(node, inner))
    if signature is not None:  # what it changes in its own buffers comes before what it gives
        kinds = [spec.kind.name for spec in signature.output_specs]
        outputs = [each for each, kind in zip(outputs, kinds, strict=True) if kind == "USER_OUTPUT"]
    return Program(tuple(inputs), tuple(calls), tuple(outputs))


def _call(node: Any, inner: dict[str, Any]) -> Call:
    schema = getattr(node.target, "_schema", None)
    names = [argument.name for argument in schema.arguments] if schema is not None else []
    names += [str(i) for i in range(len(names), len(node.args))]
    arguments = {name: _argument(value, inner) for name, value in zip(names, node.args, strict=False)}
    arguments |= {name: _argument(value, inner) for name, value in node.kwargs.items()}
    path, kind = list((node.meta.get("nn_module_stack") or {"": ("", "")}).values())[-1]
    if path.startswith("_empty_nn_module_stack"):
        path, kind = "", ""
    return Call(_target(node.target), arguments, node.name, path, kind if isinstance(kind, str) else kind.__name__)


def _target(target: Any) -> str:
    """Give the name of an operator: `aten.relu.default`, `_operator.mul`, `higher_order.cond`."""
    if hasattr(target, "_schema"):
        return str(target)
    if hasattr(target, "namespace"):
        return f"{target.namespace}.{target.__name__}"
    return f"{target.__module__}.{target.__name__}"


def _argument(value: Any, inner: dict[str, Any]) -> Any:
    if hasattr(value, "op") and hasattr(value, "meta"):
        return _program(inner[value.name]) if value.name in inner else Ref(value.name)
    if isinstance(value, (list, tuple)):
        return [_argument(each, inner) for each in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    text = str(value)
    return DType(text.removeprefix("torch.")) if type(value).__name__ == "dtype" else Unread(shown(text))


# --- networks as modules --------------------------------------------------------------------------------


def to_torch(network: Network) -> Any:
    """Give a torch.nn.Module in float64 that computes the network for rows (n, inputs), its weights bit-equal.

    A chain of layers is a torch.nn.Sequential of Linear, ReLU and the like; a network with branches is a
    `LayerGraph`, whose layers read the values listed in its `sources`. A sparse matrix becomes a `SparseLinear`,
    the largest of groups a `LargestOf`. The layers bear the names of the nodes, `hinges_notes` the network's notes.

    Raises:
        UnsupportedModelError: torch has no counterpart of a layer; it is named.
        MissingExtraError: torch is not installed.

    >>> to_torch(Network.dense([[[1.0]], [[2.0]]], [[0.5], [0.25]]))
    Sequential(
      (dense_0): Linear(in_features=1, out_features=1, bias=True)
      (relu_0): ReLU()
      (dense_1): Linear(in_features=1, out_features=1, bias=True)
    )
    """
    _arrays.instance(network, Network, "network")
    return module_of(require("torch", extra="torch"), network)


def to_pt2_bytes(network: Network) -> bytes:
    """Give the .pt2 file of a network, as torch.export.save writes that of `to_torch(network)`.

    It takes any number of rows, and `torch.export.load(...).module()` runs it.

    Raises:
        UnsupportedModelError: torch has no counterpart of a layer; it is named.
        MissingExtraError: torch is not installed.
    """
    torch = require("torch", extra="torch")
    exported = _exported(torch, to_torch(network), (network.inputs,), any_rows=True)
    buffer = io.BytesIO()
    note = json.dumps({"notes": list(network.notes)})
    with _quiet():
        torch.export.save(exported, buffer, extra_files={_pt2_archive.OWN_MEMBER: note})
    return buffer.getvalue()


to_bytes = to_pt2_bytes


def check_installed() -> None:
    """Raise unless the package torch, through which files are written, is there."""
    require("torch", extra="torch")


def __getattr__(name: str) -> Any:
    """Give a class of the modules that `to_torch` makes, so that they can be pickled with torch.save."""
    if name in ("LayerGraph", "SumOfLinears", "SparseLinear", "LargestOf", "Clip"):
        return classes(require("torch", extra="torch"))[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
