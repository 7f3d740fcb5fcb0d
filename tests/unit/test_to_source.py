"""Source text of networks: run, compiled and parsed, it computes what the network computes."""

import ctypes
import importlib.util
import math
import re
import shutil
import subprocess
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from hinges import (
    Activation,
    InvalidInputError,
    Linear,
    Max,
    Network,
    PiecewiseLinear,
    UnsupportedModelError,
    to_network,
)
from hinges.interop import to_source

EPS = np.finfo(np.float64).eps
LANGUAGES = ("python", "c", "latex", "desmos")
HAND = Network.dense([[[1.0, 1.0, 1.0]], [[4.0], [-8.0], [5.0]]], [[1.0, 0.5, 0.0], [-1.0]])


def random_network(seed, widths, kinds, **options):
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=pair) for pair in pairwise(widths)]
    return Network.dense(weights, [rng.normal(size=width) for width in widths[1:]], kinds, **options)


ONE_LAYER = {
    "by hand": HAND,
    "line": Network.dense([[[-2.5]]], [[0.0]]),
    "signs and zeros": Network.dense(
        [[[1.0, -1.0, 0.0, -0.0, 2e-7]], [[-1.0], [1.0], [-3e20], [0.0], [1e-9]]], [[0.0, -0.5, 1e-5, -1.0, 3], [0.0]]
    ),
    **{
        kind: random_network(3, (1, 7, 1), kind, negative_slope=-0.7)
        for kind in ("linear", "relu", "leaky_relu", "tanh", "sigmoid", "softplus")
    },
}
DEEP = {
    "deep": random_network(4, (1, 6, 5, 1), "relu"),
    "wide": random_network(5, (1, 150, 1), "relu"),
    "two in": random_network(6, (2, 8, 1), "relu"),
    "two out": random_network(7, (1, 4, 2), "relu"),
    "every kind": random_network(
        8,
        (2, 4, 4, 4, 4, 4, 3),
        ["linear", "relu", "leaky_relu", "tanh", "sigmoid", "softplus"],
        negative_slope=0.1,
    ),
    "two slopes": Network(
        (
            *random_network(9, (1, 3, 2), "leaky_relu", negative_slope=1e-7).nodes,
            Activation(3, "leaky_relu", 2, "second", -2.0),
        ),
        1,
    ),
}
NETWORKS = {**ONE_LAYER, **DEEP}


def points(network):
    """1,000 points, some of them far out, where an exponential overflows if it is written carelessly."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(1_000, network.inputs)) * 10.0 ** rng.integers(-3, 4, size=(1_000, 1))


def room(network, x):
    """How far two ways to add can be apart: a few ulp of the absolute terms, carried through the layers."""
    values, size = x, np.abs(x)
    slack = np.zeros_like(x)
    for layer, node in zip(network.dense_layers(), hidden_and_last(network), strict=True):
        size = np.abs(values) @ np.abs(layer.weights) + np.abs(layer.bias)
        slack = slack @ np.abs(layer.weights) + (len(layer.weights) + 4) * EPS * size
        values = values @ layer.weights + layer.bias
        if node is not None:
            values = node(values)
            slack = slack * max(1.0, abs(node.slope)) + 4 * EPS * np.abs(values)
    return slack


def hidden_and_last(network):
    """The activation of each dense layer, or None."""
    found = []
    for node in network.nodes:
        if isinstance(node, Linear):
            found.append(None)
        else:
            found[-1] = node
    return found


def check(network, results, x, extra: float | np.ndarray = 0.0):
    expected = network(x)
    difference = np.abs(np.reshape(results, expected.shape) - expected)
    assert (difference <= room(network, x) + extra).all()


# --- Python ---------------------------------------------------------------------------------------------


def imported(text, folder):
    """The module of that source text, run with nothing but Python's own modules."""
    path = folder / "source.py"
    path.write_text(text, "ascii")
    spec = importlib.util.spec_from_file_location("source", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", NETWORKS)
def test_python_computes_the_same(name, tmp_path):
    network = NETWORKS[name]
    text = to_source(network)
    assert set(re.findall(r"^\s*(?:import|from) (\w+)", text, re.MULTILINE)) <= {"math"}
    f = imported(text, tmp_path).f
    x = points(network)
    check(network, [f(row[0] if network.inputs == 1 else row) for row in x.tolist()], x)


def test_python_shows_the_sum_of_hinges():
    f = PiecewiseLinear([-1, -0.5, 0, 1], [-1, 1, -1, 0])
    text = to_source(to_network(f, interval=(-1, 1)))
    assert text.endswith("""

def f(x):
    return (
        4.0 * max(0.0, x + 1.0)
        - 8.0 * max(0.0, x + 0.5)
        + 5.0 * max(0.0, x)
        - 1.0
    )
""")


def test_python_refuses_a_point_of_another_size(tmp_path):
    f = imported(to_source(NETWORKS["two in"]), tmp_path).f
    with pytest.raises(ValueError, match="zip"):
        f([1.0, 2.0, 3.0])


# --- C --------------------------------------------------------------------------------------------------


@pytest.mark.needs("cc")
def test_c_computes_the_same(tmp_path):
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))))
    options = ["-std=c99", "-O1", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", "-pedantic", "-shared", "-fPIC"]
    for index, network in enumerate(NETWORKS.values()):
        source = tmp_path / f"net{index}.c"
        # The function is renamed, so that one library can hold all of them.
        source.write_text(f"#define f f{index}\n{to_source(network, 'c')}", "ascii")
    library = tmp_path / "nets.so"
    subprocess.run([compiler, *options, "-o", library, *sorted(tmp_path.glob("*.c")), "-lm"], check=True, timeout=60)
    compiled = ctypes.CDLL(str(library))
    for index, network in enumerate(NETWORKS.values()):
        x = points(network)
        results = [called(compiled[f"f{index}"], network, row) for row in x]
        check(network, results, x, 1e-15 * np.abs(network(x)))


def called(function, network, row):
    """The output of a compiled f for one point."""
    pointer = ctypes.POINTER(ctypes.c_double)
    argument = float(row[0]) if network.inputs == 1 else (ctypes.c_double * len(row))(*row)
    kind = ctypes.c_double if network.inputs == 1 else pointer
    if network.outputs == 1:
        function.argtypes, function.restype = [kind], ctypes.c_double
        return function(argument)
    result = (ctypes.c_double * network.outputs)()
    function.argtypes, function.restype = [kind, pointer], None
    function(argument, result)
    return list(result)


# --- Desmos and LaTeX -----------------------------------------------------------------------------------

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*)|(?P<name>\\(?:max|min|tanh|ln|sigma)|[a-z](?:_\{\w+\})?)"
    r"|(?P<sign>\\cdot|\\frac|\\left\||\\right\||[-+(){},^]))"
)


class Formula:
    """A reader of the LaTeX that is written here: sums of products of numbers, names and calls."""

    def __init__(self, text, functions):
        self.tokens, at = [], 0
        while at < len(text):
            match = TOKEN.match(text, at)
            assert match, f"Desmos does not read {text[at : at + 30]!r}"
            self.tokens.append(match[match.lastgroup or ""])
            at = match.end()
        self.tokens.append("")
        self.functions = functions
        self.at = 0

    def next(self, *expected):
        token = self.tokens[self.at]
        assert not expected or token in expected, f"{token!r} where {expected} is expected"
        self.at += 1
        return token

    def sum(self, names):
        sign = -1 if self.tokens[self.at] == "-" and self.next() else 1
        total = sign * self.product(names)
        while self.tokens[self.at] in ("+", "-"):
            sign = -1 if self.next() == "-" else 1
            total += sign * self.product(names)
        return total

    def product(self, names):
        result = self.factor(names)
        while self.tokens[self.at] not in ("+", "-", ")", "}", ",", "\\right|", ""):
            if self.tokens[self.at] == "\\cdot":
                self.next()
            result *= self.factor(names)
        return result

    def factor(self, names):
        base = self.atom(names)
        if self.tokens[self.at] != "^":
            return base
        self.next()
        try:
            return base ** self.braces(names)
        except OverflowError:
            return math.inf

    def braces(self, names):
        self.next("{")
        value = self.sum(names)
        self.next("}")
        return value

    def atom(self, names):
        word = self.next()
        if word[0].isdigit():
            return float(word)
        if word == "(":
            value = self.sum(names)
            self.next(")")
            return value
        if word == "\\left|":
            value = abs(self.sum(names))
            self.next("\\right|")
            return value
        if word == "\\frac":
            return self.braces(names) / self.braces(names)
        if word in names:
            return names[word]
        self.next("(")
        arguments = [self.sum(names)]
        while self.next(",", ")") == ",":
            arguments.append(self.sum(names))
        return self.functions[word](*arguments)


def evaluated(body, arguments, functions, *values):
    """The value of a line's right-hand side."""
    formula = Formula(body, functions)
    result = formula.sum({**dict(zip(arguments, values, strict=True)), "e": math.e})
    formula.next("")
    return result


def calculator(text):
    """The functions that lines of Desmos define."""
    functions = {"\\max": max, "\\min": min, "\\tanh": math.tanh, "\\ln": math.log}
    for line in text.split("\n"):
        title, body = line.split("=")
        match = re.fullmatch(r"(\w(?:_\{\w+\})?)\(([\w,]+)\)", title)
        assert match
        assert match[1] not in functions
        functions[match[1]] = partial(evaluated, body, match[2].split(","), functions)
    return functions


@pytest.mark.parametrize("name", [*ONE_LAYER, "two in", "two out"])
def test_desmos_computes_the_same(name):
    network = NETWORKS[name]
    text = to_source(network, "desmos")
    assert not re.search(r"\d[eE]", text)
    functions = calculator(text)
    outputs = ["f"] if network.outputs == 1 else [f"f_{{{i}}}" for i in range(network.outputs)]
    x = points(network)[:100]
    # Numbers with a power of ten and `1 / (1 + e^-z)` are rounded once or twice more.
    check(network, [[functions[f](*row) for f in outputs] for row in x.tolist()], x, 4 * room(network, x))


def test_desmos_of_a_deep_network_defines_every_unit():
    network = random_network(10, (1, 2, 2, 1), ["tanh", "softplus", "linear"])
    functions = calculator(to_source(network, "desmos"))
    x = points(network)[:20]
    check(network, [functions["f"](*row) for row in x.tolist()], x, 4 * room(network, x))
    assert {"a_{0u0}", "a_{0u1}", "a_{1u0}", "a_{1u1}", "f"} <= functions.keys()


def test_latex_is_readable():
    assert to_source(HAND, "latex") == (
        "% A network written by hinges: 1 input, 3 relu units, 1 output.\n\\[\n\\begin{aligned}\n"
        "  f(x) = {} & 4 \\, \\max(0, x + 1) \\\\\n  & {} - 8 \\, \\max(0, x + 0.5) \\\\\n"
        "  & {} + 5 \\, \\max(0, x) \\\\\n  & {} - 1\n\\end{aligned}\n\\]\n"
    )


@pytest.mark.parametrize("name", [name for name in ONE_LAYER if name not in ("line", "leaky_relu", "softplus")])
def test_latex_computes_the_same_to_its_digits(name):
    network = NETWORKS[name]
    text = to_source(network, "latex")
    assert ("% Numbers are rounded to 6 digits." in text) == (name not in ("by hand", "signs and zeros"))
    body = text.split("f(x) =")[1].split("\\end")[0].split("& \\sigma(z)")[0]
    body = re.sub(r"\{\}|&|\\\\|\\,", " ", body)
    functions = {"\\max": max, "\\tanh": math.tanh, "\\sigma": lambda z: 0.5 * (1 + math.tanh(z / 2))}
    x = points(network)[:50]
    results = [Formula(body.strip(), functions).sum({"x": each}) for (each,) in x.tolist()]
    (_, last), (_, bias) = network.weights, network.biases
    rounding = 1e-5 * ((1 + np.abs(x)) * 10 * np.abs(last).sum() + np.abs(bias))
    assert (np.abs(np.array(results)[:, None] - network(x)) <= rounding).all()


def test_latex_of_a_deep_network_gives_its_matrices():
    network = Network.dense(
        [np.ones((1, 12)), np.full((12, 1), 0.1 + 0.2), [[2.0]]],
        [np.zeros(12), [1e-7], [0.0]],
        "leaky_relu",
        negative_slope=0.5,
    )
    text = to_source(network, "latex")
    assert "% Numbers are rounded to 6 digits." in text
    assert "a_{1} = {} & \\operatorname{leaky}_{0.5}(x W_{1} + b_{1}) \\\\" in text
    assert "f(x) = {} & a_{2} W_{3} + b_{3} \\\\" in text
    assert "W_{1} = {} & \\left( \\begin{array}{rrrrrrrrrrrr} 1 & 1" in text
    assert "b_{2} = {} & \\left( \\begin{array}{r} 10^{-7} \\end{array} \\right)" in text
    assert "\\operatorname{leaky}_{0.5}(z) = \\max(0, z) + 0.5 \\, \\min(0, z)" in text
    assert "0.3 \\\\ 0.3" in text


# --- what is refused, and what must not pass through ----------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_dense_is_refused(language):
    pooled = Network((Linear((0,), (np.eye(2),), np.zeros(2), "a"), Max(1, np.array([[0, 1]]), 2, "pool")), 2)
    with pytest.raises(UnsupportedModelError, match="pool does not follow a dense layer"):
        to_source(pooled, language)


def test_layers_without_words_are_refused_by_name():
    for act, what in (
        (Activation(1, "clip", 2, "act"), "act is clip, which is not written as source text: save"),
        (Activation(1, "leaky_relu", 2, "act", np.array([0.1, 0.2])), "act is leaky_relu with a slope for each unit"),
    ):
        network = Network((Linear((0,), (np.eye(2),), np.zeros(2), "a"), act), 2)
        with pytest.raises(UnsupportedModelError, match=what):
            to_source(network, language="python")
    vast = Network((Linear((0,), (np.zeros((2**10, 2**10 + 1)),), np.zeros(2**10 + 1), "vast"),), 2**10)
    with pytest.raises(UnsupportedModelError, match="vast has 1049600 weights, more than the 1048576 that are written"):
        to_source(vast, language="c")


def test_other_arguments_are_refused():
    with pytest.raises(InvalidInputError, match="language must be one of 'python', 'c', 'latex', 'desmos', not 'rust'"):
        to_source(HAND, "rust")
    with pytest.raises(InvalidInputError, match="network must be a Network, not list"):
        to_source([1.0])  # pyright: ignore[reportArgumentType]
    with pytest.raises(UnsupportedModelError, match="has 3 inputs, and Desmos draws functions of one or two"):
        to_source(random_network(1, (3, 2, 1), "relu"), "desmos")


NASTY = [
    '"""\nraise SystemExit',
    "*/ \\\nint main(void) { return 1; }",
    "??/\n#error",
    "\n\\end{aligned}",
    "\x00\x1b[2J\u2028é",
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("network", [HAND, DEEP["deep"]], ids=["sum", "deep"])
def test_notes_and_names_are_no_code(language, network):
    nodes = [type(node)(**{**vars(node), "name": NASTY[0]}) for node in network.nodes]
    clean = to_source(Network(network.nodes, 1), language)
    text = to_source(Network(tuple(nodes), 1, tuple(NASTY)), language)
    marks = {"python": "# Note: ", "c": "// Note: ", "latex": "% Note: "}
    notes = [line for line in text.split("\n") if language != "desmos" and line.startswith(marks[language])]
    assert len(notes) == (0 if language == "desmos" else len(NASTY))
    assert "\n".join(line for line in text.split("\n") if line not in notes) == clean
    assert all(re.fullmatch(r"[ -~]*", note) and "\\" not in note and "??" not in note for note in notes)
