"""What a reader of the source can rely on: short files, no code out of data, nothing global switched."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "src" / "hinges").rglob("*.py"))
LONGEST = 400  # lines
UNSAFE_CALLS = {"eval", "exec", "compile", "__import__"}
UNSAFE_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve"}
GLOBAL_SWITCHES = {
    "np.seterr",
    "numpy.seterr",
    "np.random.seed",
    "numpy.random.seed",
    "random.seed",
    "jax.config.update",
}

TREES = {file.relative_to(ROOT).as_posix(): ast.parse(file.read_text()) for file in FILES}


def calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def imported(tree: ast.AST) -> set[str]:
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def reads_pickles(call: ast.Call) -> bool:
    """Whether this is a call of numpy.load that may unpickle."""
    if ast.unparse(call.func) not in ("np.load", "numpy.load"):
        return False
    allowed = [keyword.value for keyword in call.keywords if keyword.arg == "allow_pickle"]
    return not all(isinstance(value, ast.Constant) and value.value is False for value in allowed)


def test_there_is_source_to_look_at():
    assert len(FILES) > 5


def test_files_are_short():
    lengths = {file.relative_to(ROOT).as_posix(): len(file.read_text().splitlines()) for file in FILES}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_no_code_is_made_from_data():
    unsafe = [
        f"{name}:{call.lineno} {call.func.id}"
        for name, tree in TREES.items()
        for call in calls(tree)
        if isinstance(call.func, ast.Name) and call.func.id in UNSAFE_CALLS
    ]
    unsafe += [f"{name} {module}" for name, tree in TREES.items() for module in imported(tree) & UNSAFE_MODULES]
    assert unsafe == []


def test_arrays_are_read_without_pickle():
    assert [f"{name}:{c.lineno}" for name, tree in TREES.items() for c in calls(tree) if reads_pickles(c)] == []


def test_nothing_global_is_switched():
    switched = [
        f"{name}:{call.lineno} {ast.unparse(call.func)}"
        for name, tree in TREES.items()
        for call in calls(tree)
        if ast.unparse(call.func) in GLOBAL_SWITCHES
    ]
    assert switched == []
