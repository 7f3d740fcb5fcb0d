"""Networks from and to PyTorch: live modules through torch.export, and .pt2 files.

Files are read without torch (see `_pt2_archive.py`); modules and writing need the extra `torch`.
"""

import copy
import io
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges import _arrays
from hinges._extras import require
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop._naming import shown
from hinges.interop._torch_network import network_of
from hinges.interop._torch_program import Call, DType, Model, Program, Ref, Unread
from hinges.nets import Network

EXAMPLES = 2  # rows of the input with which a module is exported
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
    shape = _input_shape(module, input_shape)
    still, notes = _in_evaluation(module)
    own = tuple(getattr(module, NOTES, ())) if hasattr(module, NOTES) else None
    model = _model(_exported(torch, still, shape), own if own is not None else notes, own=own is not None)
    return network_of(model, shape)


# --- before the export ----------------------------------------------------------------------------------


def _input_shape(module: Any, given: Sequence[int] | None) -> tuple[int, ...]:
    """Give the shape of one input: as given, or as the first layer tells it."""
    if given is not None:
        numbers = given if isinstance(given, (tuple, list)) else (given,)
        return tuple(_arrays.count(size, f"input_shape[{i}]") for i, size in enumerate(numbers))
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


def _exported(torch: Any, module: Any, shape: tuple[int, ...]) -> Any:
    """Give the exported program: for any number of rows where the module allows it, else for one."""
    dtype = next((p.dtype for p in module.parameters() if p.dtype.is_floating_point), torch.float64)
    failures: list[BaseException] = []
    with torch.no_grad():
        for rows in (EXAMPLES, 1):
            example = torch.zeros(rows, *shape, dtype=dtype)
            sizes = ({0: torch.export.Dim.AUTO},) if rows > 1 else None
            try:
                return torch.export.export(module, (example,), dynamic_shapes=sizes, strict=False)
            except ERRORS as error:
                failures.append(error)
                if "DataDependent" in type(error).__name__:
                    break
    raise _failure(failures[0], shape) from None


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
        tensor = _tensor_of(exported, spec.target) if spec.target is not None else None
        if tensor is not None:
            constants[node.name] = _bringing(tensor, spec.target)
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


NOTES = "hinges_notes"  # the attribute of a module that was made here
