"""The graph of a .pt2 archive: JSON in the schema of torch.export, read without torch."""

from collections.abc import Callable, Iterator
from typing import Any

from hinges.errors import InvalidInputError
from hinges.interop._caps import LONGEST_NAME, MOST_NODES
from hinges.interop._naming import shown
from hinges.interop._pt2_tensors import dtype_name
from hinges.interop._torch_program import Call, DType, Program, Ref, Unread

INFINITIES = {"Infinity": float("inf"), "-Infinity": float("-inf"), "NaN": float("nan")}
PREFIX = "torch.ops."
DEEPEST = 8  # graphs inside graphs


def member(value: Any, key: str, kind: type, place: str) -> Any:
    """Give the value of a key if it is of that kind."""
    if not isinstance(value, dict):
        raise InvalidInputError(f"{place} must be an object, not {shown(value)}")
    if not isinstance(value.get(key), kind):
        found = shown(value[key]) if key in value else "missing"
        raise InvalidInputError(f"{place}.{key} must be a {NAMES[kind]}, and is {found}")
    return value[key]


NAMES = {dict: "JSON object", list: "JSON list", str: "text"}


def program_of(document: Any, place: str, depth: int = 0) -> Program:
    """Give the calls of a graph of the document; every error names the place."""
    if depth > DEEPEST:
        raise InvalidInputError(f"{place} stands inside more than {DEEPEST} others")
    nodes = member(document, "nodes", list, place)
    if len(nodes) > MOST_NODES:
        raise InvalidInputError(f"it holds {len(nodes)} nodes; at most {MOST_NODES} are read")
    inputs = [name_of(entry, f"{place}.inputs[{i}]") for i, entry in _entries(document, "inputs", place)]
    outputs = [_argument(entry, f"{place}.outputs[{i}]", depth) for i, entry in _entries(document, "outputs", place)]
    calls = [_call(node, f"{place}.nodes[{i}]", depth) for i, node in enumerate(nodes)]
    return Program(tuple(inputs), tuple(calls), tuple(outputs))


def _entries(document: Any, key: str, place: str) -> Iterator[tuple[int, Any]]:
    return enumerate(member(document, key, list, place))


def name_of(value: Any, place: str) -> str:
    """Give the name in {"as_tensor": {"name": "x"}} or {"as_sym_int": {"as_name": "n"}}."""
    names = _names(value, place)
    if not isinstance(names, str):
        raise InvalidInputError(f"{place} names several values where one is expected")
    return names


def _names(value: Any, place: str) -> Any:
    """Give the name or names that an output of a node, or an input of a graph, has."""
    kind, content = _union(value, place)
    if kind == "as_tensors" and isinstance(content, list):
        return tuple(text(member(each, "name", str, place), place) for each in content)
    if kind in ("as_sym_int", "as_sym_float", "as_sym_bool"):
        return text(member(content, "as_name", str, place), place)
    if kind in ("as_none", "as_int", "as_float", "as_bool", "as_string"):
        return ""  # a constant input, or an output that nobody can read
    return text(member(content, "name", str, place), place)


def text(value: str, place: str) -> str:
    """Give a name if it is not too long, as it may stand in a sentence."""
    if len(value) > LONGEST_NAME:
        raise InvalidInputError(f"{place} has a name of {len(value)} characters; at most {LONGEST_NAME} are read")
    return value if value.isprintable() else ascii(value)[1:-1]


def _union(value: Any, place: str) -> tuple[str, Any]:
    """Give kind and content of a value that the file writes as an object of one key."""
    if not isinstance(value, dict) or len(value) != 1:
        raise InvalidInputError(f"{place} must be an object of one key, not {shown(value)}")
    ((kind, content),) = value.items()
    return kind, content


def _call(node: Any, place: str, depth: int) -> Call:
    target = text(member(node, "target", str, place), place).removeprefix(PREFIX)
    arguments: dict[str, Any] = {}
    for i, entry in _entries(node, "inputs", place):
        name = member(entry, "name", str, f"{place}.inputs[{i}]") or str(i)
        if name in arguments:
            raise InvalidInputError(f"{place} has two arguments {shown(name)}")
        arguments[name] = _argument(entry.get("arg"), f"{place}.inputs[{i}].arg", depth)
    outputs = tuple(_names(entry, f"{place}.outputs[{i}]") for i, entry in _entries(node, "outputs", place))
    metadata = node.get("metadata")
    path, kind = _module(metadata.get("nn_module_stack") if isinstance(metadata, dict) else None)
    single = len(outputs) == 1 and (not target.startswith("higher_order.") or node.get("is_hop_single_tensor_return"))
    return Call(target, arguments, outputs[0] if single else outputs, path, kind)


def _module(stack: Any) -> tuple[str, str]:
    """Give path and class of the innermost module of "key,path,class;key,path,class"."""
    parts = stack.rpartition(";")[2].split(",", 2) if isinstance(stack, str) else []
    if len(parts) != 3 or parts[0].startswith("_empty_nn_module_stack"):
        return "", ""
    path, kind = (text(part[:LONGEST_NAME], "a module") for part in parts[1:])
    return path, kind


def _argument(value: Any, place: str, depth: int) -> Any:
    kind, content = _union(value, place)
    if kind in SIMPLE:
        return SIMPLE[kind](content, place)
    if kind in LISTS and isinstance(content, list):
        return [LISTS[kind](each, place) for each in content]
    if kind == "as_graph":
        return program_of(member(content, "graph", dict, place), f"{place}.graph", depth + 1)
    return Unread(kind)


def _ref(value: Any, place: str) -> Ref:
    return Ref(text(member(value, "name", str, place), place))


def _number(value: Any, place: str) -> Any:
    if isinstance(value, str) and value in INFINITIES:
        return INFINITIES[value]
    if not isinstance(value, (bool, int, float)) or (isinstance(value, int) and abs(value) >= 2**63):
        raise InvalidInputError(f"{place} is {shown(value)}, not a number")
    return value


def _flag(value: Any, place: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidInputError(f"{place} is {shown(value)}, not true or false")
    return value


def _string(value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise InvalidInputError(f"{place} is {shown(value)}, not text")
    return text(value, place)


def _symbol(value: Any, place: str) -> Any:
    kind, content = _union(value, place)
    return Ref(_string(content, place)) if kind == "as_name" else _number(content, place)


def _optional(value: Any, place: str) -> Any:
    kind, content = _union(value, place)
    return None if kind == "as_none" else _ref(content, place)


SIMPLE: dict[str, Callable[[Any, str], Any]] = {
    "as_none": lambda _, __: None,
    "as_tensor": _ref,
    "as_int": _number,
    "as_float": _number,
    "as_bool": _flag,
    "as_string": _string,
    "as_sym_int": _symbol,
    "as_sym_float": _symbol,
    "as_sym_bool": _symbol,
    "as_scalar_type": lambda value, _: DType(dtype_name(value)),
    "as_optional_tensor": _optional,
}
LISTS: dict[str, Callable[[Any, str], Any]] = {
    "as_tensors": _ref,
    "as_ints": _number,
    "as_floats": _number,
    "as_bools": _flag,
    "as_sym_ints": _symbol,
    "as_optional_tensors": _optional,
}
