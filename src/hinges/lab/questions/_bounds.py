"""Bounds as plain JSON, for the questions about what is best."""

import math
from typing import Any

from hinges.fits import ErrorBounds


def payload(bounds: ErrorBounds, x: list[float] | None = None) -> dict[str, Any]:
    """Give bounds as plain JSON, with the network's hinges and the function's breakpoints.

    Where pieces were asked about, the network is that of the function over the span of `x`.
    """
    from hinges.convert import to_function, to_network

    network, function = bounds.network, bounds.function
    if network is None and function is not None and x:
        span = (min(x), max(x))
        network = to_network(function, interval=span if span[0] < span[1] else None)
    if function is None and network is not None:
        function = to_function(network)
    result: dict[str, Any] = {name: finite(getattr(bounds, name)) for name in ("lower", "upper", "gap", "certified")}
    if network is not None and network.is_hinge_sum:
        names = ("weight", "bias", "coefficient", "kink", "slope_change")
        result["hinges"] = [{name: finite(getattr(hinge, name)) for name in names} for hinge in network.hinges()]
        result["output_bias"] = float(network.biases[-1][0])
    if function is not None:
        result |= {"breakpoints": function.breakpoints.tolist(), "values": function.values.tolist()}
        result |= {"left_slope": float(function.left_slope), "right_slope": float(function.right_slope)}
    return result


def finite(value: Any) -> Any:
    """Give a number as JSON has it: null where it is not finite."""
    if isinstance(value, bool):
        return value
    return float(value) if math.isfinite(value) else None
