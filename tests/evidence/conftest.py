"""The recorder of evidence: `record(claim, measured, bar)` checks a claim and writes it into a dated table.

    def test_a_best_network_is_found(record):
        record("sine, ten units: MSE over its lower bound", 1.0000002, "<= 1.00001")

`bar` is a comparison and a number. A claim that misses its bar is written down as missed, and its test fails;
so does a test that ends without a claim. `--evidence-table FILE` names the table.
"""

import operator
import os
import platform
import re
import tempfile
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

COMPARISONS = {
    "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt, "==": operator.eq,
}  # fmt: skip
BAR = re.compile(r"(<=|>=|==|<|>)\s*([-+]?[0-9.]+(?:e[-+]?[0-9]+)?)(\s.*)?", re.IGNORECASE)
KEY = "evidence"
PACKAGES = ("hinges", "numpy", "scipy", "jax", "onnx")

Record = Callable[[str, float, str], None]


def holds(measured: float, bar: str) -> bool:
    """Whether `measured` meets a bar such as "<= 1e-9" or "< 0.5 s"."""
    found = BAR.fullmatch(bar)
    if found is None:
        raise ValueError(f"bar must be a comparison and a number, such as '<= 1e-9', not {bar!r}")
    return bool(COMPARISONS[found[1]](measured, float(found[2])))


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    """Check one claim and write it down."""
    rows = request.node.user_properties

    def check(claim: str, measured: float, bar: str) -> None:
        met = holds(float(measured), bar)
        rows.append((KEY, (claim, f"{float(measured):.10g}", bar, "yes" if met else "**no**")))
        assert met, f"{claim}: measured {measured}, must be {bar}"

    return check


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--evidence-table", metavar="FILE", help="write the evidence into this Markdown table")


class Table:
    """Collects the claims of every finished test, also from other processes, and writes them at the end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[tuple[str, ...]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        rows = [
            tuple(map(str, value))
            for key, value in report.user_properties
            if key == KEY and isinstance(value, (tuple, list))
        ]
        if report.when != "call":
            if report.failed:
                self.rows.append((f"`{report.nodeid}`", "-", "-", f"**no**, its {report.when} failed"))
            return
        self.rows += rows
        if report.failed and all(row[3] == "yes" for row in rows):
            self.rows.append((f"`{report.nodeid}`", "-", "-", "**no**, it did not finish"))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.rows and session.testscollected:
            write_atomically(self.path, self.text())

    def text(self) -> str:
        packages = ", ".join(f"{name} {installed(name)}" for name in PACKAGES)
        machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
        lines = [
            f"# Evidence of {self.path.stem}",
            "",
            f"Python {platform.python_version()} on {machine}; {packages}. Made by `make evidence`.",
            "",
            "| claim | measured | must be | met |",
            "|---|---|---|---|",
            *("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in self.rows),
            "",
        ]
        return "\n".join(lines)


def installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def write_atomically(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".tmp", delete=False, encoding="utf-8") as file:
        file.write(text)
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("evidence_table", default=None)
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Table(Path(path)))


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function):
    outcome = yield
    if not any(key == KEY for key, _ in pyfuncitem.user_properties):
        pytest.fail("a test of evidence must record a claim")
    return outcome
