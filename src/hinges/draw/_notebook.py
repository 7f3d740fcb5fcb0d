"""Display in IPython and notebooks: cards, tables and reports, registered there, so that no value draws itself."""

import importlib
import io
import sys
from typing import Any

# Classes that are shown as cards.
_CARDS = (
    ("hinges.analysis._fan", "Fan"),
    ("hinges.analysis._free_run", "FreeRun"),
    ("hinges.analysis._regions_result", "Regions"),
    ("hinges.analysis._slice", "Slice"),
    ("hinges.data._dataset", "Dataset"),
    ("hinges.fits", "Approximation"),
    ("hinges.fits", "ErrorBounds"),
    ("hinges.fits", "FitResult"),
    ("hinges.nets._network", "Network"),
    ("hinges.optimal._comparison", "Comparison"),
    ("hinges.optimal._jumps", "JumpsFit"),
    ("hinges.optimal._recommend", "Recommendation"),
    ("hinges.optimal._shared_knots", "SharedFit"),
    ("hinges.optimal._statistics", "Summary"),
    ("hinges.pwl._function", "PiecewiseLinear"),
    ("hinges.sweeps._result", "Sweep"),
)

# Class -> module that shows it, and its functions that give text and HTML; loaded when such a value is shown.
_SHOWN = {
    ("hinges.analysis._trace", "Trace"): ("hinges.draw._trace_table", "trace_table", "trace_html"),
    ("hinges.analysis._sensitivity", "Sensitivity"): (
        "hinges.draw._sensitivity", "sensitivity_table", "sensitivity_html",
    ),
    ("hinges.analysis._separation", "Separation"): ("hinges.draw._separation", "separation_table", "separation_html"),
    ("hinges.diagnosis._diagnosis", "Diagnosis"): (
        "hinges.draw._diagnosis_report", "diagnosis_report", "diagnosis_html",
    ),
    ("hinges.diagnosis._finding", "Finding"): ("hinges.draw._diagnosis_report", "finding_report", "finding_html"),
    ("hinges.diagnosis._repair", "Repair"): ("hinges.draw._diagnosis_report", "repair_report", "repair_html"),
    **dict.fromkeys(_CARDS, ("hinges.draw._cards", "card_text", "card_html")),
}  # fmt: skip


def register() -> bool:
    """Show tables and reports of what was traced or diagnosed in the IPython that runs; say whether one does."""
    running = getattr(sys.modules.get("IPython"), "get_ipython", None)  # None also while IPython is being imported
    shell = None if running is None else running()
    if shell is None:
        return False
    register_with(shell.display_formatter)
    return True


def register_with(display: Any) -> None:
    """Register the tables with IPython's display formatter, by the names of the classes."""
    for (module, name), (home, text, html) in _SHOWN.items():
        display.formatters["text/plain"].for_type_by_name(module, name, _plain(home, text))
        display.formatters["text/html"].for_type_by_name(module, name, _html(home, html))
    display.formatters["image/png"].for_type_by_name("matplotlib.figure", "Figure", _png)


def _png(figure: Any) -> bytes:
    """Give a matplotlib Figure as a picture; in a fresh kernel nobody else shows one that pyplot does not know."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=96, facecolor=figure.get_facecolor())
    return stream.getvalue()


def _plain(home: str, function: str) -> Any:
    def show(value: Any, printer: Any, cycle: bool) -> None:  # noqa: FBT001, ARG001 - IPython's signature
        printer.text(getattr(importlib.import_module(home), function)(value))

    return show


def _html(home: str, function: str) -> Any:
    def show(value: Any) -> str:
        return getattr(importlib.import_module(home), function)(value)

    return show
