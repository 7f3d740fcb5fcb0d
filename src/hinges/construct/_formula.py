"""formula: a function of x from a line of text, without running the text."""

import ast
from collections.abc import Callable, Mapping

import numpy as np

from hinges._arrays import Floats
from hinges.errors import InvalidInputError

LONGEST = 500  # characters: far more than a formula, far less than what upsets a parser
DEEPEST = 50

_FUNCTIONS: Mapping[str, tuple[int, Callable[..., Floats]]] = {
    "abs": (1, np.abs),
    "acos": (1, np.arccos),
    "asin": (1, np.arcsin),
    "atan": (1, np.arctan),
    "cbrt": (1, np.cbrt),
    "ceil": (1, np.ceil),
    "cos": (1, np.cos),
    "cosh": (1, np.cosh),
    "exp": (1, np.exp),
    "floor": (1, np.floor),
    "ln": (1, np.log),
    "log": (1, np.log),
    "log10": (1, np.log10),
    "log2": (1, np.log2),
    "max": (2, np.maximum),
    "min": (2, np.minimum),
    "relu": (1, lambda z: np.maximum(z, 0.0)),
    "sign": (1, np.sign),
    "sin": (1, np.sin),
    "sinh": (1, np.sinh),
    "sqrt": (1, np.sqrt),
    "tan": (1, np.tan),
    "tanh": (1, np.tanh),
}
_CONSTANTS = {"e": np.e, "pi": np.pi, "tau": 2 * np.pi}
_BINARY: Mapping[type[ast.operator], Callable[[Floats, Floats], Floats]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
    ast.Mod: np.mod,
}
_UNARY: Mapping[type[ast.unaryop], Callable[[Floats], Floats]] = {ast.UAdd: np.positive, ast.USub: np.negative}


def formula(text: str) -> Callable[[Floats], Floats]:
    """Give the function of x that a formula such as ``"sin(2*pi*x) + x^2 / 3"`` describes.

    The text is parsed and never run: it may hold numbers, x, pi, e, tau, the operators + - * / % ^ (or **),
    parentheses and the usual functions, of one number each but max and min.

    Raises:
        InvalidInputError: the text holds anything else; the message names it.

    >>> formula("x^2 - 1")(np.array([0.0, 3.0]))
    array([-1.,  8.])
    """
    if not isinstance(text, str) or not text.strip():
        raise InvalidInputError("the formula is empty: give a function of x such as sin(x)")
    if len(text) > LONGEST:
        raise InvalidInputError(f"the formula has {len(text)} characters; at most {LONGEST} are read")
    try:
        tree = ast.parse(text.strip().replace("^", "**"), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        offset = getattr(error, "offset", None)
        place = f" at character {offset}" if offset else ""
        raise InvalidInputError(
            f"the formula {text!r} cannot be read{place}: write it like 2*sin(x) - x^2, products with *"
        ) from None
    _check(tree, text, 0)

    def function(x: Floats) -> Floats:
        points = np.asarray(x, dtype=np.float64)
        with np.errstate(all="ignore"):  # what is not finite is reported by the verb, with its x
            return np.broadcast_to(_value(tree, points), points.shape).astype(np.float64)

    return function


def _check(node: ast.expr, text: str, depth: int) -> None:
    """Raise unless every node is one of those allowed."""
    if depth > DEEPEST:
        raise InvalidInputError(f"the formula is nested more than {DEEPEST} deep")
    if isinstance(node, ast.Constant):
        if type(node.value) not in {int, float}:
            raise InvalidInputError(f"the formula holds {node.value!r}, which is not a number")
        return
    if isinstance(node, ast.Name):
        if node.id != "x" and node.id not in _CONSTANTS:
            raise InvalidInputError(f"the formula names {node.id!r}; it may name x, {', '.join(_CONSTANTS)}")
        return
    for child in _children(node, text):
        _check(child, text, depth + 1)


def _children(node: ast.expr, text: str) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp) and type(node.op) in _UNARY:
        return [node.operand]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        name = node.func.id
        if name not in _FUNCTIONS:
            raise InvalidInputError(f"the formula calls {name!r}; it may call {', '.join(_FUNCTIONS)}")
        count = _FUNCTIONS[name][0]
        if len(node.args) != count or any(isinstance(a, ast.Starred) for a in node.args):
            raise InvalidInputError(f"{name} in the formula takes {count} argument{'s' * (count > 1)}")
        return node.args
    part = ast.get_source_segment(text.strip().replace("^", "**"), node) or text
    raise InvalidInputError(f"the formula holds {part!r}, which is not arithmetic on x")


def _value(node: ast.expr, x: Floats) -> Floats:
    if isinstance(node, ast.Constant):
        return np.float64(_as_float(node.value))  # pyright: ignore[reportReturnType]
    if isinstance(node, ast.Name):
        return x if node.id == "x" else np.float64(_CONSTANTS[node.id])  # pyright: ignore[reportReturnType]
    if isinstance(node, ast.BinOp):
        return _BINARY[type(node.op)](_value(node.left, x), _value(node.right, x))
    if isinstance(node, ast.UnaryOp):
        return _UNARY[type(node.op)](_value(node.operand, x))
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Name)
    return _FUNCTIONS[node.func.id][1](*(_value(a, x) for a in node.args))


def _as_float(number: object) -> float:
    try:
        return float(number)  # pyright: ignore[reportArgumentType]
    except OverflowError:
        raise InvalidInputError("the formula holds a number that is too large for float64") from None
