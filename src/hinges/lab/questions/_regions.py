"""The question `regions`: how a network cuts a rectangle of a plane, with what a page needs to read every region.

A page that holds the network's layers computes a region's formula and pattern by one forward pass; of networks that are
no chain of dense layers, or a large one, the formulas and patterns of all regions are sent along.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hinges.errors import InvalidInputError
from hinges.lab import _materials
from hinges.lab.questions import _checks
from hinges.lab.questions._frame import Frame

if TYPE_CHECKING:
    from hinges.analysis import Plane, Regions
    from hinges.data import Dataset
    from hinges.nets import Network

FIELDS = ("network", "data", "plane", "bounds", "depth")
PLANES = ("inputs", "features", "samples")
MOST_REGIONS = 150_000  # that a page draws
MOST_NUMBERS = 400_000  # of layers that are sent
MOST_MAPPED = 4_000_000  # numbers of the formulas that are sent instead
MOST_INPUTS = 5_000  # of which a page shows the point under its crosshair
MOST_POINTS = 3_000  # of the data that are drawn
LARGEST = 1e6  # of a coordinate
MARGIN = 0.1
PAGES = ("linear", "relu", "leaky_relu")  # activations that a page computes with
DIVIDED = 255  # in place of a class: more than one lie in the region

Arrays = dict[str, NDArray[Any]]


# ------------------------------------------------------------------------------------------ checked in the server


def check(given: dict[str, Any]) -> dict[str, Any]:
    """Give the arguments whose form and sizes are right."""
    _checks.known_only(given, "the question regions", FIELDS)
    data, bounds, depth = given.get("data"), given.get("bounds"), given.get("depth")
    return {
        "network": _materials.checked_network(given.get("network")),
        "data": None if data is None else _materials.checked_data(data),
        "plane": _plane(given.get("plane")),
        "bounds": None if bounds is None else _bounds(bounds),
        "depth": None if depth is None else _checks.whole(depth, "depth", least=1, most=1000),
    }


def _plane(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInputError(f"plane must be an object with a kind: {', '.join(PLANES)}")
    kind = _checks.choice(value.get("kind"), "plane.kind", PLANES)
    if kind == "inputs":
        _checks.known_only(value, "plane", ("kind",))
        return {"kind": kind}
    if kind == "samples":
        _checks.known_only(value, "plane", ("kind", "rows"))
        return {"kind": kind, "rows": _indices(value.get("rows"), "plane.rows", 3)}
    _checks.known_only(value, "plane", ("kind", "features", "row"))
    row = value.get("row")
    return {
        "kind": kind,
        "features": _indices(value.get("features"), "plane.features", 2),
        "row": None if row is None else _checks.whole(row, "plane.row", most=10**9),
    }


def _indices(value: Any, name: str, length: int) -> list[int]:
    if not isinstance(value, list) or len(value) != length:
        raise InvalidInputError(f"{name} must be {length} whole numbers")
    found = [_checks.whole(each, f"{name}[{i}]", most=10**9) for i, each in enumerate(value)]
    if len(set(found)) < length:
        raise InvalidInputError(f"{name} names {found[0] if found.count(found[0]) > 1 else found[-1]} twice")
    return found


def _bounds(value: Any) -> list[float]:
    if not isinstance(value, list) or len(value) != 4:
        raise InvalidInputError("bounds must be four numbers: s0, s1, t0, t1")
    s0, s1, t0, t1 = (_checks.within(each, f"bounds[{i}]", -LARGEST, LARGEST) for i, each in enumerate(value))
    if not (s0 < s1 and t0 < t1):
        raise InvalidInputError("bounds must rise: s0 < s1 and t0 < t1")
    return [s0, s1, t0, t1]


# ------------------------------------------------------------------------------------------------------ answered


def answer(arguments: dict[str, Any]) -> Frame:
    """Give the regions as one frame; `parts` names its arrays."""
    network = _materials.network_of(arguments["network"])
    data = None if arguments["data"] is None else _materials.data_of(arguments["data"])
    if data is not None and data.x.shape[1] != network.inputs:
        raise InvalidInputError(
            f"the data have {data.x.shape[1]} columns where the network reads {network.inputs} numbers"
        )
    plane = plane_of(arguments["plane"], network, data)
    bounds = arguments["bounds"] or first_bounds(arguments["plane"], data)
    hidden = [node.units for node in network.hidden_nodes]
    depth = min(arguments["depth"] or len(hidden), len(hidden))
    found = _cut(shortened(network, depth), plane, bounds, depth)
    whole = found if depth == len(hidden) else _whole(network, plane, bounds)
    arrays: Arrays = _geometry(found) | _decisions(whole, classes=whole is found)
    layers = plane_layers(network, plane)
    arrays |= layers or _formulas(found)
    arrays |= _around(arguments["plane"], plane, network, data)
    header = {
        "counts": {kind: found.count(kind) for kind in ("activation", "linear")},
        "certified": found.certificate.certified and found.linear.unresolved == 0,
        "certificate": str(found.certificate),
        "bounds": [float(each) for each in bounds],
        "depth": depth,
        "hidden": hidden,
        "units": [[unit.layer, unit.index] for unit in found.units] if not layers else [],
        "activations": list(network.activations) if layers else [],
        "slope": _slope(network),
        "inputs": network.inputs,
        "outputs": network.outputs,
        "formulas": found.network.outputs,
        "rows": None if data is None else len(data),
        "bent": whole is not None,
    }
    return Frame({**header, "parts": list(arrays)}, tuple(arrays.values()))


def shortened(network: "Network", depth: int) -> "Network":
    """Give the network up to the activations of its hidden layer number `depth`; all of it where it has no more."""
    from hinges.nets import Network

    hidden = network.hidden_nodes
    if depth >= len(hidden):
        return network
    last = next(i for i, node in enumerate(network.nodes) if node is hidden[depth - 1])
    return Network(network.nodes[: last + 1], network.inputs)


def plane_of(asked: dict[str, Any], network: "Network", data: "Dataset | None") -> "Plane":
    """Give the plane through two inputs, two features or three samples."""
    from hinges.analysis import Plane

    if asked["kind"] == "inputs":
        if network.inputs != 2:
            raise InvalidInputError(f"the network reads {network.inputs} numbers: choose two features or three samples")
        return Plane.inputs()
    if asked["kind"] == "samples":
        return Plane.through(*(_row(data, row) for row in asked["rows"]))
    base = np.zeros(network.inputs) if data is None else data.x.mean(axis=0)
    if asked["row"] is not None:
        base = _row(data, asked["row"])
    units: list[NDArray[np.float64]] = []
    for feature in asked["features"]:
        if feature >= network.inputs:
            raise InvalidInputError(
                f"feature {feature} is none of the {network.inputs} that the network reads (from 0)"
            )
        units.append(np.eye(1, network.inputs, feature)[0])
    first, second = units
    return Plane(np.where(first + second > 0, 0.0, base), first, second)


def _row(data: "Dataset | None", row: int) -> NDArray[np.float64]:
    if data is None:
        raise InvalidInputError("a plane through samples needs data: bring a CSV file")
    if row >= len(data):
        raise InvalidInputError(f"row {row} is none of the {len(data)} rows (from 0)")
    return data.x[row]


def first_bounds(asked: dict[str, Any], data: "Dataset | None") -> list[float]:
    """Give where to look first: where the data lie, and a margin."""
    if asked["kind"] == "samples":
        return [-0.5, 1.5, -0.5, 1.5]
    if data is None:
        return [-1.0, 1.0, -1.0, 1.0]
    columns = data.x[:, asked["features"] if asked["kind"] == "features" else [0, 1]]
    low, high = columns.min(axis=0), columns.max(axis=0)
    if asked["kind"] == "inputs":  # of one kind, as on a map: a square
        middle, half = (low + high) / 2, (high - low).max() / 2
        low, high = middle - half, middle + half
    room = np.where(high > low, MARGIN * (high - low), 0.5)  # what never moves is looked at all the same
    (s0, t0), (s1, t1) = (low - room).tolist(), (high + room).tolist()
    return [s0, s1, t0, t1]


def _cut(network: "Network", plane: "Plane", bounds: list[float], depth: int) -> "Regions":
    from hinges.analysis import regions

    s0, s1, t0, t1 = bounds
    try:
        return regions(network, plane, bounds=(s0, s1, t0, t1), max_regions=MOST_REGIONS)
    except InvalidInputError as error:
        if "max_regions" not in str(error):
            raise
        fewer = ", or show fewer layers" if depth > 1 else ""
        raise InvalidInputError(
            f"there are more than {MOST_REGIONS:,} regions here, the most that are drawn: zoom in{fewer}"
        ) from None


def _whole(network: "Network", plane: "Plane", bounds: list[float]) -> "Regions | None":
    """Give the regions of all layers, None where there are too many."""
    try:
        return _cut(network, plane, bounds, 1)
    except InvalidInputError:
        return None


def _within(places: NDArray[np.float64], bounds: tuple[float, float, float, float]) -> NDArray[np.float32]:
    """Give places (..., 2) from 0 to 1 within the bounds, so that float32 keeps their digits."""
    s0, s1, t0, t1 = bounds
    return ((places - (s0, t0)) / (s1 - s0, t1 - t0)).astype(np.float32)


def _geometry(found: "Regions") -> Arrays:
    return {
        "vertices": _within(found.vertices, found.bounds),
        "corners": found.polygons.corners.astype(np.int32),
        "starts": found.polygons.starts.astype(np.int32),
        "linear": found.linear.labels.astype(np.int32),
    }


def _decisions(found: "Regions | None", *, classes: bool) -> Arrays:
    """Give where the class changes, and of every region its class."""
    if found is None:
        return {"ties": np.zeros((0, 4), np.float32)}
    boundary = _within(found.decision_boundaries().segments, found.bounds).reshape(-1, 4)
    if not classes:
        return {"ties": boundary}
    values = np.asarray(found.network(found.plane(found.vertices)))
    winner = values.argmax(axis=1) if values.shape[1] > 1 else (values[:, 0] > 0.0).astype(np.intp)
    starts = found.polygons.starts[:-1]
    corners = np.minimum(winner[found.polygons.corners], DIVIDED - 1)
    low, high = np.minimum.reduceat(corners, starts), np.maximum.reduceat(corners, starts)
    return {"ties": boundary, "classes": np.where(low == high, low, DIVIDED).astype(np.uint8)}


def plane_layers(network: "Network", plane: "Plane") -> Arrays:
    """Give weights and biases by which a page goes through a chain of dense layers from (s, t) on, else none."""
    from hinges.errors import UnsupportedModelError

    try:
        layers = network.dense_layers()
    except UnsupportedModelError:
        return {}
    size = sum(layer.weights.size for layer in layers[1:])
    if size > MOST_NUMBERS or any(layer.activation not in PAGES for layer in layers) or _slope(network) is None:
        return {}
    result: Arrays = {}
    for k, layer in enumerate(layers):
        weights, bias = layer.weights, layer.bias
        if k == 0:
            base = plane.base @ weights
            weights, bias = base[1:], base[0] + bias
        result |= {f"weights{k}": np.ascontiguousarray(weights), f"bias{k}": np.ascontiguousarray(bias)}
    return result


def _slope(network: "Network") -> float | None:
    """Give the slope below zero of every leaky_relu, None where they differ."""
    from hinges.nets import Activation

    leaky = [node.slope for node in network.nodes if isinstance(node, Activation) and node.kind == "leaky_relu"]
    if any(np.ndim(slope) for slope in leaky):
        return None
    found = {float(slope) for slope in leaky}
    return 0.0 if not found else found.pop() if len(found) == 1 else None


def _formulas(found: "Regions") -> Arrays:
    """Give the affine maps (R, 3, outputs) and the patterns (R, units), eight in a byte, of all regions."""
    if len(found) * 3 * found.network.outputs > MOST_MAPPED:
        return {}
    bits = np.packbits(found.patterns, axis=1, bitorder="little")
    return {"maps": np.ascontiguousarray(found.maps), "bits": np.ascontiguousarray(bits)}


def _around(asked: dict[str, Any], plane: "Plane", network: "Network", data: "Dataset | None") -> Arrays:
    """Give the plane itself, and the rows of the data that lie in it."""
    result: Arrays = {}
    if network.inputs <= MOST_INPUTS:
        result["base"] = np.ascontiguousarray(plane.base)
    if data is None or asked["kind"] == "features":
        return result
    rows = asked["rows"] if asked["kind"] == "samples" else list(range(min(len(data), MOST_POINTS)))
    places = data.x[rows] if asked["kind"] == "inputs" else np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    labels = data.y[rows]
    result["points"] = np.ascontiguousarray(places, np.float64)
    whole = labels.shape[1] == 1 and bool(((labels == np.floor(labels)) & (labels >= 0) & (labels < DIVIDED)).all())
    if whole:
        result["labels"] = labels[:, 0].astype(np.uint8)
    return result


__all__ = ["answer", "check", "first_bounds", "plane_layers", "plane_of", "shortened"]
