"""A diagnosis and a repair as plain JSON for a page: words, numbers, the curve by its breakpoints, what units do."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from hinges.convert import to_function
from hinges.data import Dataset
from hinges.diagnosis import Diagnosis, Finding, Repair
from hinges.diagnosis._case import Case
from hinges.diagnosis._layer_state import LayerState
from hinges.draw._diagnosis_report import standing
from hinges.draw._diagnosis_words import NAMES, headline, name
from hinges.draw._function import piecewise_linear
from hinges.draw._kinks import kinks_of, window_of
from hinges.draw._layers import layer_counts
from hinges.draw._numbers import short
from hinges.errors import UnsupportedModelError
from hinges.nets import Network

MOST_ROWS = 2_000  # that a page draws
MOST_NUMBERS = 5_000  # weights and biases that a page is given
MOST_BREAKPOINTS = 20_000
MOST_UNITS = 600  # of a deep network whose curve is found exactly: beyond, it takes long
MOST_LAYERS = 40
MOST_LISTED = 12  # entries of a list of evidence
SAMPLES = 501  # of a curve that is not piecewise linear
IN_PAGE = frozenset({"linear", "relu", "tanh", "sigmoid", "softplus"})  # activations that a page computes itself
PLACES = ("idle_units", "units_there", "copies", "saturated")  # evidence that lists units


def diagnosis_payload(found: Diagnosis) -> dict[str, Any]:
    """Give a diagnosis: its words, its findings, the network and the rows."""
    floor = found.floor
    return {
        "loss": found.loss,
        "loss_name": found.loss_name,
        "constant": _finite(found.constant_loss),
        "floor": None if floor is None else {"lower": floor.lower, "upper": floor.upper, "certified": floor.certified},
        "standing": standing(found),
        "headline": headline(found.findings[0]),
        "healthy": found.healthy,
        "findings": [_finding(each, found) for each in found.findings],
        "network": network_payload(found.network, found.data, found.loss_name),
        "data": _rows(found.data, found.loss_name),
    }


def repair_payload(found: Repair) -> dict[str, Any]:
    """Give a repair: the losses, the words, and the repaired network."""
    return {
        "before": _finite(found.before),
        "after": found.after,
        "loss_name": found.loss,
        "improved": found.improved,
        "status": found.status,
        "addressed": [NAMES.get(kind, kind.replace("-", " ")) for kind in found.addressed],
        "network": network_payload(found.network, found.data, found.loss),
    }


def network_payload(network: Network, data: Dataset, loss: str) -> dict[str, Any]:
    """Give a network: its layers on the rows, its numbers where they are few, its curve where it is one."""
    case = Case(network, data, loss, tries=False)
    return {
        "inputs": network.inputs,
        "outputs": network.outputs,
        "layers": [_layer(state) for state in case.hidden[:MOST_LAYERS]],
        "more_layers": max(0, len(case.hidden) - MOST_LAYERS),
        "dense": _dense(network),
        "curve": _curve(network, data) if _is_curve(network, data, loss) else None,
        "kinks": _kinks(network, data) if _is_curve(network, data, loss) else None,
    }


def _is_curve(network: Network, data: Dataset, loss: str) -> bool:
    return network.inputs == network.outputs == data.y.shape[1] == 1 and loss == "mse"


def _layer(state: LayerState) -> dict[str, Any]:
    """Give how many units of a layer do what, and on which share of the rows they are on."""
    counts = layer_counts(state)
    return {
        "name": state.name,
        "kind": state.kind,
        "units": state.units,
        "bend": counts["target"],
        "dead": counts.get("dead"),
        "always_on": counts.get("always on"),
        "saturated": counts.get("residual"),
        "on": float(state.on.mean()),
        "shares": np.round(state.on, 4).tolist() if state.units <= MOST_UNITS else None,
    }


def _dense(network: Network) -> dict[str, Any] | None:
    """Give weights, biases and activations; None where they are many, or of a kind that a page does not compute."""
    try:
        weights, biases, activations = network.weights, network.biases, network.activations
    except UnsupportedModelError:
        return None
    if sum(each.size for each in (*weights, *biases)) > MOST_NUMBERS or not IN_PAGE.issuperset(activations):
        return None
    return {
        "weights": [np.asarray(each).tolist() for each in weights],
        "biases": [np.asarray(each).tolist() for each in biases],
        "activations": list(activations),
    }


def _curve(network: Network, data: Dataset) -> dict[str, Any]:
    """Give the curve: exactly by its breakpoints, or samples of it where it is smooth or very large, and which."""
    units = sum(node.units for node in network.hidden_nodes)
    if piecewise_linear(network) and (network.is_hinge_sum or units <= MOST_UNITS):
        f = to_function(network)
        if len(f.breakpoints) <= MOST_BREAKPOINTS:
            return {
                "exact": True,
                "x": f.breakpoints.tolist(),
                "y": f.values.tolist(),
                "left": float(f.left_slope),
                "right": float(f.right_slope),
            }
    x = np.linspace(*window_of(data), SAMPLES)
    return {"exact": False, "x": x.tolist(), "y": np.asarray(network(x)).reshape(-1).tolist()}


def _kinks(network: Network, data: Dataset) -> list[dict[str, Any]] | None:
    """Give where every unit of the first layer bends, and what it does on the rows; None where it has no kinks."""
    kinks = kinks_of(network, data)
    if kinks is None:
        return None
    states = np.where(kinks.dead, "dead", np.where(kinks.always_on, "always on", "bends"))
    return [{"at": _finite(at), "state": str(state)} for at, state in zip(kinks.at.tolist(), states, strict=True)]


def _rows(data: Dataset, loss: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "rows": len(data),
        "inputs": data.x.shape[1],
        "outputs": data.y.shape[1],
        "x_name": data.x_names[0],
        "y_name": data.y_names[0],
    }
    if data.x.shape[1] == data.y.shape[1] == 1 and loss == "mse":
        order = np.argsort(data.x[:, 0], kind="stable")
        shown = order[np.unique(np.linspace(0, len(order) - 1, min(len(order), MOST_ROWS)).round().astype(int))]
        found |= {"x": data.x[shown, 0].tolist(), "y": data.y[shown, 0].tolist()}
    return found


def _finding(found: Finding, diagnosis: Diagnosis) -> dict[str, Any]:
    remedy = found.remedy
    return {
        "kind": found.kind,
        "name": name(found),
        "severity": found.severity,
        "message": found.message,
        "share": found.share if found.blames else None,
        "evidence": [[key.replace("_", " "), _text(key, value)] for key, value in found.evidence.items()],
        "units": _units(found.evidence),
        "places": _places(found, diagnosis.data),
        "remedy": remedy
        and {
            "advice": remedy.advice,
            "python": remedy.python,
            "before": _finite(remedy.loss_before),
            "after": _finite(remedy.loss_after),
            "effect": remedy.effect,
        },
    }


def _units(evidence: Mapping[str, Any]) -> list[list[int]]:
    """Give the units that a finding is about, as [layer, index] from 0."""
    return [[int(layer), int(index)] for key in PLACES for layer, index in evidence.get(key, ())]


def _places(found: Finding, data: Dataset) -> list[list[float]]:
    """Give the stretches of the one input that a finding is about: a gap, outlying rows, rows beyond the others."""
    if data.x.shape[1] != 1:
        return []
    evidence, x = found.evidence, np.sort(data.x[:, 0])
    if found.kind == "gaps":
        return [[evidence["gap_from"], evidence["gap_to"]]]
    if found.kind == "outliers":
        return [[float(row[0]), float(row[0])] for row in evidence["x"]]
    if found.kind == "extrapolation":
        count, where = int(evidence["rows_beyond"]), str(evidence["where"])
        if ">" in where:
            return [[float(x[-count]), float(x[-1])]]
        if "<" in where:
            return [[float(x[0]), float(x[count - 1])]]
    return []


def _text(key: str, value: Any) -> str:
    """Give an entry of the evidence in words; units are counted from 1, as the page does."""
    if key in PLACES:
        several = any(layer for layer, _ in value)
        words = [f"{index + 1}" + (f" of layer {layer + 1}" if several else "") for layer, index in value]
        return _listed(words)
    if isinstance(value, Mapping):
        return ", ".join(f"{inner} {_text('', each)}" for inner, each in value.items())
    if isinstance(value, (list, tuple, np.ndarray)):
        return _listed([_text("", each) for each in value])
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (float, np.floating)):
        return short(float(value), 5) if math.isfinite(value) else str(float(value))
    return str(value)


def _listed(words: Iterable[str]) -> str:
    """Give words in a row, a long list cut."""
    every = list(words)
    more = f" and {len(every) - MOST_LISTED:,} more" if len(every) > MOST_LISTED else ""
    return ", ".join(every[:MOST_LISTED]) + more


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None
