"""`import hinges` costs NumPy, `hinges --help` costs NumPy and the terminal packages, and nothing heavier."""

import subprocess
import sys

import pytest

HEAVY = {
    "anywidget", "dask", "distributed", "jax", "jaxlib", "joblib", "keras", "llvmlite", "matplotlib", "numba",
    "onnx", "onnxruntime", "optax", "pandas", "scipy", "sklearn", "starlette", "tensorflow", "torch",
    "uvicorn", "websockets",
}  # fmt: skip


def loaded_after(code: str) -> set[str]:
    """Top-level packages in sys.modules of a fresh interpreter that has run `code`."""
    report = "import sys; print('loaded', *sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split()[1:])


def test_import_hinges_loads_numpy_only():
    loaded = loaded_after("import hinges")
    assert "hinges" in loaded
    assert loaded & (HEAVY | {"typer", "rich", "click"}) == set()


@pytest.mark.parametrize("arguments", [["--help"], ["fit", "--help"], ["construct", "--help"], ["demo", "--help"]])
def test_help_is_light(arguments):
    code = f"""
import sys
sys.argv = ["hinges", *{arguments!r}]
from hinges.cli import main
try:
    status = main()
except SystemExit as stopped:
    status = stopped.code
assert not status, status
"""
    loaded = loaded_after(code)
    assert "typer" in loaded
    assert loaded & HEAVY == set()
