"""The layer list and the import rules cover what is there, and hold."""

import ast
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "hinges"
FILES = sorted(SOURCE.rglob("*.py"))
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text())

# Which part of hinges may import which package. A part is a top-level module, a package or one file of it;
# "*/_kernels.py" is the file of that name in any package.
MAY_IMPORT = {
    "anywidget": {"lab"},
    "dask": {"sweeps"},
    "distributed": {"sweeps"},
    "jax": {"train"},
    "joblib": {"sweeps", "train"},
    "keras": {"interop/keras.py"},
    "matplotlib": {"draw/matplotlib.py", "draw/_painter.py"},
    "numba": {"*/_kernels.py", "analysis/_cells_kernels.py"},
    "onnx": {"interop/onnx.py"},
    "optax": {"train"},
    "rich": {"cli"},
    "scipy": {"optimal", "construct", "analysis", "train", "interop", "diagnosis", "estimators"},
    "sklearn": {"interop/sklearn.py", "estimators", "data"},
    "starlette": {"lab"},
    "threadpoolctl": {"sweeps"},
    "torch": {"interop/torch.py"},
    "typer": {"cli"},
    "uvicorn": {"lab"},
}
ANYWHERE = {"numpy"}


def layers() -> list[str]:
    """Every layer named in the contract, with the parentheses of those that are optional."""
    (contract,) = (each for each in CONFIG["tool"]["importlinter"]["contracts"] if each["id"] == "layers")
    assert contract["exhaustive"] is True
    return [name.strip() for line in contract["layers"] for name in line.split("|")]


def parts(file: Path) -> set[str]:
    """The names by which the rules know a file: its top-level part, itself, and its name in any package."""
    relative = file.relative_to(SOURCE)
    return {relative.parts[0].removesuffix(".py"), relative.as_posix(), f"*/{relative.name}"}


def imported(file: Path) -> set[str]:
    """Top-level names of the packages a file imports anywhere, also through `require("name", ...)`."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.Import():
                names |= {alias.name for alias in node.names}
            case ast.ImportFrom(level=0, module=str(module)):
                names.add(module)
            case ast.Call(
                func=ast.Name(id="require") | ast.Attribute(attr="require" | "import_module"),
                args=[first, *_],
            ):
                if isinstance(first, ast.Constant):
                    names.add(str(first.value))
            case _:
                pass
    return {name.partition(".")[0] for name in names}


def test_the_contract_names_every_part():
    there = {path.stem for path in SOURCE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    there.discard("__init__")
    named = {name.strip("()") for name in layers()}
    assert there - named == set()


def test_only_what_is_missing_stands_in_parentheses():
    there = {path.stem for path in SOURCE.iterdir()}
    required = {name for name in layers() if not name.startswith("(")}
    assert required - there == set()
    optional = {name.strip("()") for name in layers() if name.startswith("(")}
    assert optional & there == set()


def test_heavy_packages_are_imported_where_they_belong():
    misplaced = [
        f"{file.relative_to(SOURCE).as_posix()} imports {package}"
        for file in FILES
        for package in sorted(imported(file) & MAY_IMPORT.keys())
        if not parts(file) & MAY_IMPORT[package]
    ]
    assert misplaced == []


def test_every_dependency_has_a_rule():
    project = CONFIG["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *(line for extra in extras.values() for line in extra)]
    names = {"".join(c if c.isalnum() or c in "-_" else " " for c in line).split()[0] for line in lines}
    names = {{"scikit-learn": "sklearn"}.get(name, name) for name in names} - {"hinges", "websockets"}
    assert names - MAY_IMPORT.keys() - ANYWHERE == set()
