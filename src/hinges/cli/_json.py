"""What --json prints: one object, in which a number that is not finite is null."""

import json
import math
from typing import Any

import numpy as np

from hinges.fits import Approximation, FitResult
from hinges.nets import Network
from hinges.pwl import PiecewiseLinear


def print_json(payload: dict[str, Any]) -> None:
    """Print one JSON object on stdout."""
    print(json.dumps(plain(payload), allow_nan=False, indent=2))


def plain(value: Any) -> Any:
    """Give a value as JSON knows it: lists, strings, finite numbers and null."""
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def result_payload(command: str, result: FitResult | Approximation, loss: str) -> dict[str, Any]:
    """Give the fields of a fit or a construction; `loss` is the name of what `error` measures."""
    bounds = result.bounds
    return {
        "schema": 1,
        "command": command,
        "status": "ok",
        "message": result.status,
        "loss": loss,
        "error": result.loss,
        "units": hidden_units(result.network),
        "lower": None if bounds is None else bounds.lower,
        "upper": None if bounds is None else bounds.upper,
        "certified": bounds is not None and bounds.certified,
        **_hinge_fields(result.network),
        **_function_fields(result.function),
    }


def hidden_units(network: Network) -> int:
    """Give how many hidden units a network has."""
    return sum(node.units for node in network.hidden_nodes)


def _hinge_fields(network: Network) -> dict[str, Any]:
    if not network.is_hinge_sum:
        return {"hinges": None, "output_bias": network.biases[-1][0]}
    names = ("weight", "bias", "coefficient", "kink", "slope_change")
    hinges = [{name: getattr(hinge, name) for name in names} for hinge in network.hinges()]
    return {"hinges": hinges, "output_bias": network.biases[-1][0]}


def _function_fields(function: PiecewiseLinear | None) -> dict[str, Any]:
    names = ("breakpoints", "values", "left_slope", "right_slope")
    return {name: None if function is None else getattr(function, name) for name in names}
