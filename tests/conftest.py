"""What tests share: hypothesis profiles, and `@pytest.mark.needs("torch")` for tools that may be absent.

A test that needs an absent tool is skipped and counted. With HINGES_NO_SKIPS=1, on a machine that must have
everything, every skip is a failure instead.
"""

import importlib.util
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

os.environ.setdefault("MPLBACKEND", "Agg")  # no window, also where there is a screen
os.environ.setdefault("KERAS_BACKEND", "numpy")  # the one that Keras always has

hypothesis.settings.register_profile("dev", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")

NO_SKIPS = os.environ.get("HINGES_NO_SKIPS", "") not in ("", "0")
PROGRAMS = {
    "chromium": ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"),
    "node": ("node", "nodejs"),
    "cc": ("cc", "gcc", "clang"),
}
NODE_MODULES = Path(__file__).parents[1] / "web" / "node_modules"


def is_here(tool: str) -> bool:
    """Whether a program of PROGRAMS, what `make web` installs, or else a Python package, is there."""
    if tool in PROGRAMS:
        return any(shutil.which(name) for name in PROGRAMS[tool])
    if tool == "node_modules":
        return (NODE_MODULES / "esbuild").is_dir()
    return importlib.util.find_spec(tool) is not None


def pytest_configure(config: pytest.Config) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a job in the background: Ctrl-C is tested too
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "needs(*tools): skip where one of these packages or programs is absent")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the examples in the reader of torch models need torch, which no extra of the set-up brings."""
    for item in items:
        if item.name.startswith("hinges.interop.keras"):  # Keras's own variables warn when NumPy reads them
            item.add_marker(pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"))
        if item.name.startswith("hinges.interop.torch"):
            item.add_marker(pytest.mark.needs("torch"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    tools = [tool for mark in item.iter_markers("needs") for tool in mark.args]
    absent = [tool for tool in tools if not is_here(tool)]
    if absent:
        pytest.skip(f"needs {', '.join(absent)}")


def as_failure(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn the report of a skip into that of a failure, keeping its reason."""
    if NO_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"HINGES_NO_SKIPS is set, and this was skipped: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    report = yield
    as_failure(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    report = yield
    as_failure(report)
    return report
