"""A network with its data as a user has them, what is wrong with it, and how much mending that alone helps."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from zoo_training import Recipe, loss_of

from hinges import Dataset, History, Network

FOLDER = Path(__file__).with_name("zoo")
HISTORY = ("step", "loss", "kinks", "slope_changes", "dead", "always_on")


@dataclass(frozen=True)
class Sample:
    """A network and its data.

    Arguments:
        name: of the sample, and of its stored network.
        how: one sentence: how it was made, and why that is the cause.
        kinds: of the first finding that count as right: the injected fault, or another name of the same thing.
            Of a healthy sample: the kinds of notes that a good report has (none asked for if empty).
        data: gives the rows.
        trained: how the network was trained, faults included: a Recipe or a method of `fit`.
        mended: the same without the fault; None of healthy samples.
        train_on: the rows it was trained on, where they are not the rows given.
        mend_on: the rows that the mended one is trained on, where they are others.
        judge: the rows on which the two are compared, where they are others.
        loss: "mse" or "cross-entropy".
        history: whether the record of the training is handed over.
    """

    name: str
    how: str
    kinds: tuple[str, ...]
    data: Callable[[], Dataset]
    trained: Any
    mended: Any = None
    train_on: Callable[[], Dataset] | None = None
    mend_on: Callable[[], Dataset] | None = None
    judge: Callable[[], Dataset] | None = None
    loss: str = "mse"
    history: bool = False

    def make(self) -> tuple[Network, Dataset, dict[str, Any]]:
        """Give the stored network, the data, and what to hand over to `diagnose` besides."""
        options: dict[str, Any] = {} if self.loss == "mse" else {"loss": self.loss}
        if self.history:
            options["history"] = _stored_history(self.name)
        return stored_network(self.name), self.data(), options

    @property
    def before(self) -> float:
        """The loss with the fault, on the rows of `judge`."""
        return _facts()[self.name]["loss"]

    @property
    def after(self) -> float:
        """The loss with this fault alone mended, on the same rows."""
        return _facts()[self.name]["mended"]

    @property
    def factor(self) -> float:
        """By how much mending the fault alone divides the loss."""
        return self.before / max(self.after, 1e-300)


def remade(sample: Sample) -> tuple[dict[str, Any], dict[str, Any]]:
    """Train a sample and its mended twin: what is written about it, and its arrays."""
    result = sample.trained.fit((sample.train_on or sample.data)())
    network, judge = result.network, (sample.judge or sample.data)()
    facts = {
        "sizes": [network.inputs, *(len(b) for b in network.biases)],
        "activations": list(network.activations),
        "loss": loss_of(network, judge, sample.loss),
    }
    if sample.mended is not None:
        better = sample.mended.fit((sample.mend_on or sample.train_on or sample.data)()).network
        facts["mended"] = loss_of(better, judge, sample.loss)
    pairs = zip(network.weights, network.biases, strict=True)
    arrays = {sample.name: np.concatenate([part.ravel() for w, b in pairs for part in (w, b)])}
    if sample.history:
        for name in HISTORY:
            arrays[f"{sample.name}/{name}"] = np.asarray(getattr(result.history, name))
    return facts, arrays


def stored_network(name: str) -> Network:
    """Give the network as it was stored, to the last bit."""
    facts, numbers = _facts()[name], _arrays()[name]
    weights, biases, at = [], [], 0
    for inputs, units in zip(facts["sizes"][:-1], facts["sizes"][1:], strict=True):
        weights.append(numbers[at : at + inputs * units].reshape(inputs, units))
        at += inputs * units
        biases.append(numbers[at : at + units])
        at += units
    return Network.dense(weights, biases, facts["activations"])


def _stored_history(name: str) -> History:
    found = {part: _arrays()[f"{name}/{part}"] for part in HISTORY}
    return History(validation_loss=None, **found)


@cache
def _facts() -> dict[str, Any]:
    return json.loads((FOLDER / "networks.json").read_text())


@cache
def _arrays() -> dict[str, Any]:
    with np.load(FOLDER / "networks.npz", allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


__all__ = ["FOLDER", "Recipe", "Sample", "remade", "stored_network"]
