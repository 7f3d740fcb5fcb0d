"""What the commands print for a person: the error beside its bound, a picture, the hinges, the files."""

import sys

from hinges.cli._json import hidden_units
from hinges.cli._outputs import Outputs
from hinges.data import Dataset
from hinges.fits import Approximation, ErrorBounds, FitResult

LOSS_NAMES = {"mse": "mean squared error", "max": "largest absolute error"}


def print_result(result: FitResult | Approximation, *, loss: str, rows: Dataset | None, outputs: Outputs) -> None:
    """Print a result: how good, how good any could be, its picture and its hinges."""
    from hinges.draw import hinge_table, scene, text_picture

    if rows is not None:
        print(f"{rows!r}")
    units = hidden_units(result.network)
    print(f"{units} ReLU unit{'s' * (units != 1)}, {LOSS_NAMES[loss]} {result.loss:.7g}: {result.status}")
    if result.bounds is not None:
        print(bounds_sentence(result.bounds, result.loss))
    print()
    print(text_picture(scene(result, data=rows), encoding=sys.stdout.encoding))
    print()
    print(hinge_table(result.network))
    for note in result.network.notes:
        print(f"note: {note}")
    source = outputs.source_text(result.network)
    if source is not None:
        print(f"\n{source}")
    for path in outputs.files:
        print(f"wrote {path}")


def bounds_sentence(bounds: ErrorBounds, loss: float) -> str:
    """Say how good any network or function of that size could be."""
    who = "network of as many units" if bounds.network is not None else "function of as many pieces"
    proven = "proven" if bounds.certified else "computed, not proven"
    if loss <= bounds.lower or loss == 0.0:
        return f"no {who} does better: this is the best possible ({proven})"
    ratio = f", {loss / bounds.lower:.7g} times that" if bounds.lower > 0 else ""
    return (
        f"no {who} can do better than {bounds.lower:.7g} ({proven}); "
        f"this one has {loss:.7g}{ratio} (gap {100 * (1 - bounds.lower / loss):.2g} %)"
    )
