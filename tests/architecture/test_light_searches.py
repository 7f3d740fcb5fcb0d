"""The searches load of SciPy, and of compilers, what they use: a worker process answers half a second sooner."""

import subprocess
import sys

import pytest

NOISY = "x = np.linspace(0, 10, 60); y = np.sin(x) + 0.1 * np.cos(37 * x)"


def modules_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, numpy as np\n{NOISY}\n{code}\nprint('loaded', *sys.modules)"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split()[1:])


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("import hinges.optimal; hinges.optimal.Best(pieces=3)", set()),
        ("import hinges; hinges.best_error((x, np.abs(x - 5)), pieces=2)", set()),
        ("import hinges; hinges.fit((x, y), hinges.Best(pieces=3)).bounds", {"scipy.linalg"}),
        ("import hinges; hinges.fit((x, y), hinges.Best(pieces=3, continuous=False)).bounds", set()),
        ("import hinges; hinges.fit((x, y), hinges.Best(pieces=3, loss='max')).bounds", set()),
    ],
    ids=["import", "without noise", "noise", "jumps", "largest error"],
)
def test_parts_of_scipy_that_are_loaded(code, parts):
    loaded = modules_after(code)
    used = {"scipy.linalg", "scipy.optimize", "scipy.sparse", "scipy.special", "scipy.stats", "numba"}
    assert loaded & used == parts


def test_what_needs_linear_programs_loads_them():
    assert "scipy.optimize" in modules_after("import hinges; hinges.fit((x, y), hinges.Best(units=3, loss='max'))")
