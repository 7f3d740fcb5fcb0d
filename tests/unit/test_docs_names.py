"""Every public name and method is described, with the shapes of its arrays, and used in an example.

The examples stand in docstrings and are run with the tests. The site's reference lists every name.
"""

import doctest
import inspect
import re
from pathlib import Path

import pytest

import hinges

DOCS = Path(__file__).parents[2] / "docs"
NAMES = [name for name in hinges.__all__ if inspect.isclass(getattr(hinges, name)) or callable(getattr(hinges, name))]
ARRAYS = re.compile(r"\b(Floats|NDArray|ArrayLike|ndarray)\b")
SHAPE = re.compile(
    r"\((?:[a-zA-Z0-9_.]+|[a-z]+ [+-] \d)(?:,[^()]*)\)|\bone (?:number )?(?:for each|an? \w+|each)\b|\bshape\b"
)
PARSER = doctest.DocTestParser()


def members(kind):
    """The public methods and properties that a class defines or takes from a base of this package."""
    found = {}
    for base in reversed([base for base in kind.__mro__ if base.__module__.startswith("hinges")]):
        for name, value in vars(base).items():
            function = getattr(value, "__func__", None) or getattr(value, "fget", None) or getattr(value, "func", value)
            if not name.startswith("_") and inspect.isfunction(function):
                found[name] = function
    return found


MEMBERS = [
    (name, member)
    for name in NAMES
    if inspect.isclass(getattr(hinges, name))
    for member in members(getattr(hinges, name))
]


def told(value):
    return inspect.getdoc(value) or ""


def code(text):
    """What a docstring's examples run."""
    return "\n".join(example.source for example in PARSER.get_examples(text))


def arguments(text):
    """The names that a docstring describes, each with what is said of it."""
    found = {}
    for section in re.findall(r"^(?:Arguments|Attributes):\n((?:    .*\n?|\n)+)", text, re.MULTILINE):
        for names, said in re.findall(r"^    (\w[\w, *]*): ((?:.*\n?)(?:        .*\n?)*)", section, re.MULTILINE):
            found |= {name.strip(" *"): said for name in names.split(",")}
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_described_and_used_in_an_example(name):
    text = told(getattr(hinges, name))
    assert len(text.split()) >= 4
    assert re.search(rf"\b{name}\b", code(text)), f"no example in the docstring of {name} uses it"


@pytest.mark.parametrize(("name", "member"), MEMBERS, ids=lambda value: value)
def test_a_public_method_is_described_and_used_in_an_example(name, member):
    kind = getattr(hinges, name)
    own = told(members(kind)[member])
    assert len(own.split()) >= 3
    run = code(told(kind)) + "\n" + code(own)
    assert re.search(rf"\.{member}\b", run), f"no example in the docstring of {name} or of its {member} uses .{member}"


def parameters_of(value):
    """The annotations of a callable's arguments, by their names."""
    signature = inspect.signature(value.__init__ if inspect.isclass(value) else value)
    named = {key: each for key, each in signature.parameters.items() if key != "self" and not key.startswith("_")}
    return {key: str(each.annotation) for key, each in named.items()}


ERRORS = {name for name in NAMES if isinstance(value := getattr(hinges, name), type) and issubclass(value, Exception)}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ERRORS])
def test_arguments_are_described_and_arrays_have_shapes(name):
    value = getattr(hinges, name)
    text, parameters = told(value), parameters_of(value)
    described = arguments(text)
    # What is described is there: an argument, an attribute, or (with a bar at its end) what a fitted estimator has.
    assert [each for each in described if each not in {*parameters, *dir(value)} and not each.endswith("_")] == []
    for parameter, annotation in parameters.items():
        said = described.get(parameter, "")
        assert said or re.search(rf"\b{parameter}\b", text), f"{parameter} of {name} is not described"
        if ARRAYS.search(annotation):
            assert SHAPE.search(said or text), f"the shape of {parameter} of {name} is not said"


@pytest.mark.parametrize("name", NAMES)
def test_what_gives_an_array_says_its_shape(name):
    value = getattr(hinges, name)
    functions = members(value).items() if inspect.isclass(value) else [(name, value)]
    silent = [
        member
        for member, function in functions
        if ARRAYS.search(str(inspect.signature(function).return_annotation)) and not SHAPE.search(told(function))
    ]
    assert silent == []


def test_the_reference_lists_every_name():
    pages = {path.name: path.read_text(encoding="utf-8") for path in (DOCS / "reference").glob("*.md")}
    listed = [name for page in pages.values() for name in re.findall(r"^::: hinges\.(\w+)$", page, re.MULTILINE)]
    assert sorted(listed) == sorted(set(hinges.__all__) - {"__version__"})
    linked = set(re.findall(r"\]\[hinges\.(\w+)\]", pages["index.md"]))
    assert linked == set(listed)
