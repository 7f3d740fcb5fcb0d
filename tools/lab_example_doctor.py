# ruff: noqa: INP001 - a script, not part of a package
"""Makes the examples of the station Doctor: networks that fail for different causes, diagnosed and repaired.

    python tools/lab_examples.py doctor        writes web/stations/doctor/forum.json and examples/cases.json

The first is a part of the page, the others lie beside it.

Every network's numbers are rounded to a few decimals before it is diagnosed, so that those in the file are all of it.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hinges import Best, Dataset, Network, Training, diagnose, example, fit, repair
from hinges.lab.questions._findings import diagnosis_payload, repair_payload

OUT = Path(__file__).resolve().parents[1] / "web" / "stations" / "doctor"
FIRST = "forum"
UNITS = 10
LEFT_OUT = 7.0  # where the rows of training ended
Case = tuple[Network, Dataset, str | None, str]  # network, rows, the example that the rows are, loss


def rounded(network: Network, decimals: int = 5) -> Network:
    """Give a dense network with numbers of so many decimals."""
    return Network.dense(
        [np.round(each, decimals) for each in network.weights],
        [np.round(each, decimals) for each in network.biases],
        network.activations,
    )


def solved(weights: np.ndarray, biases: np.ndarray, data: Dataset, activation: str = "relu") -> Network:
    """Give a network of one hidden layer whose output layer is the least-squares one."""
    shape: dict[str, Callable[[np.ndarray], np.ndarray]] = {"relu": lambda z: np.maximum(0, z), "tanh": np.tanh}
    hidden = shape[activation](data.x * weights + biases)
    columns = np.column_stack([hidden, np.ones(len(hidden))])
    found = np.linalg.lstsq(columns, data.y[:, 0], rcond=None)[0]
    return rounded(Network.dense([weights[None], found[:-1, None]], [biases, found[-1:]], activation), 4)


def forum() -> Case:
    """Give the network of the forum's post: ten units, trained as there on inputs that are not scaled."""
    data = example("sine")
    return rounded(fit(data, replace(Training.forum(), seed=1)).network), data, "sine", "mse"


def dead() -> Case:
    """Give ten units with biases so low that no row switches any on."""
    rng = np.random.default_rng(0)
    weights = np.round(rng.uniform(0.2, 1, UNITS), 3)
    biases = np.round(-weights * rng.uniform(10.2, 12.5, UNITS), 3)  # where they would switch on
    network = Network.dense([weights[None], np.round(rng.normal(size=(UNITS, 1)), 3)], [biases, [0.2]])
    return network, example("sine"), "sine", "mse"


def together() -> Case:
    """Give twelve units without biases: every kink at 0."""
    x = np.round(np.linspace(-5, 5, 60), 2)
    data = Dataset(x, np.round(np.sin(x) + 0.15 * x, 3))
    weights = np.round(np.random.default_rng(3).uniform(-1, 1, 12), 3)
    return solved(weights, np.zeros(12), data), data, None, "mse"


def saturated() -> Case:
    """Give eight tanh units with weights so large that each is a step."""
    rng, data = np.random.default_rng(1), example("sine")
    weights = np.round(rng.choice([-1, 1], 8) * rng.uniform(20, 60, 8), 2)
    return solved(weights, np.round(-weights * rng.uniform(0.5, 9.5, 8), 2), data, "tanh"), data, "sine", "mse"


def beyond() -> Case:
    """Give a good network of rows up to 7, on rows up to 10."""
    data = example("sine")
    inner = data.x[:, 0] < LEFT_OUT
    known = Dataset(data.x[inner], data.y[inner])
    return rounded(fit(known, Best(units=8)).network), data, "sine", "mse"


def noisy() -> Case:
    """Give the best six units on repeated, noisy measurements: nothing is wrong with them."""
    rng = np.random.default_rng(0)
    x = np.round(np.linspace(0, 10, 30), 2).repeat(3)
    data = Dataset(x, np.round(np.sin(x) + rng.normal(0, 0.35, len(x)), 2))
    return rounded(fit(data, Best(units=6)).network, 4), data, None, "mse"


def spiral() -> Case:
    """Give sixteen units on two inputs, most of which died under a learning rate that is too large."""
    data = example("spiral")
    rate = Training(
        hidden=(16,), kinks="init", standardize=False, learning_rate=0.3, schedule="constant", steps=200,
        loss="cross-entropy", relocate=False, seed=1,
    )  # fmt: skip
    return rounded(fit(data, rate).network, 3), data, "spiral", "cross-entropy"


CASES: dict[str, Callable[[], Case]] = {
    "forum": forum,
    "dead": dead,
    "together": together,
    "beyond": beyond,
    "saturated": saturated,
    "noisy": noisy,
    "spiral": spiral,
}


def answers(case: Case) -> dict[str, Any]:
    """Give what Python answers about a case, without what the page knows or computes from the numbers itself."""
    network, data, known, loss = case
    found = diagnosis_payload(diagnose(network, data, loss=loss))
    mended = repair_payload(repair(network, data, loss=loss))
    for each in (found["network"], mended["network"]):
        if each["dense"] is not None:
            each["curve"] = each["kinks"] = None
    rows = {"x": data.x[:, 0].tolist(), "y": data.y[:, 0].tolist()}
    for name in ("x", "y"):
        found["data"].pop(name, None)
    return {"data": {"example": known} if known else rows, "diagnosis": found, "repair": mended}


def main() -> None:
    """Make the files."""
    found = {name: json.dumps(answers(make()), separators=(",", ":")) for name, make in CASES.items()}
    (OUT / "examples").mkdir(parents=True, exist_ok=True)
    (OUT / f"{FIRST}.json").write_text(f"{found.pop(FIRST)}\n", encoding="utf-8")
    lines = ",\n".join(f'"{name}": {each}' for name, each in found.items())
    (OUT / "examples" / "cases.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
