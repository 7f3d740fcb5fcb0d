"""Rules that a reader of the source can rely on: short files, no code out of data, nothing global switched."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "src" / "hinges").rglob("*.py"))
LONGEST = 400  # lines
UNSAFE_CALLS = {"eval", "exec", "compile", "__import__"}
UNSAFE_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve"}
GLOBAL_SWITCHES = {"np.seterr", "numpy.seterr", "np.random.seed", "numpy.random.seed", "random.seed", "jax.config.update"}

every_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())


def calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def test_there_is_source_to_look_at():
    assert len(FILES) > 5


@every_file
def test_files_are_short(file):
    assert len(file.read_text().splitlines()) <= LONGEST


@every_file
def test_no_code_is_made_from_data(file):
    tree = ast.parse(file.read_text())
    named = {call.func.id for call in calls(tree) if isinstance(call.func, ast.Name)}
    assert named & UNSAFE_CALLS == set()
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported & UNSAFE_MODULES == set()


@every_file
def test_arrays_are_read_without_pickle(file):
    for call in calls(ast.parse(file.read_text())):
        if not ast.unparse(call.func).endswith(("np.load", "numpy.load")):
            continue
        allowed = [keyword.value for keyword in call.keywords if keyword.arg == "allow_pickle"]
        assert all(isinstance(value, ast.Constant) and value.value is False for value in allowed)


@every_file
def test_nothing_global_is_switched(file):
    switched = {ast.unparse(call.func) for call in calls(ast.parse(file.read_text()))}
    assert switched & GLOBAL_SWITCHES == set()
