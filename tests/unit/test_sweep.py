"""sweep: its grid, its table, what it keeps on disk, and how it goes on after it was stopped."""

import dataclasses
import json
import math
import signal
from typing import Any

import numpy as np
import pytest

from hinges import (
    Best,
    Dataset,
    InvalidInputError,
    LevenbergMarquardt,
    RandomSearch,
    Training,
    best_error,
    example,
    fit,
)
from hinges.draw import Points, Polyline, scene, text_picture
from hinges.sweeps import sweep
from hinges.sweeps._wilson import wilson

QUICK = RandomSearch(hidden=(2,), trials=20)
LAB = example("relu-lab")


def told(found):
    """Everything a sweep found, but for the time it took."""
    return [
        (number, {name: array.tobytes() for name, array in batch.arrays.items() if name != "seconds"})
        for number, batch in found.batches
    ]


def same_network(left, right):
    return (
        all(
            np.array_equal(a, b)
            for a, b in zip((*left.weights, *left.biases), (*right.weights, *right.biases), strict=True)
        )
        and left.activations == right.activations
    )


# --- the grid -------------------------------------------------------------------------------------------------


def test_every_combination_is_fitted_as_fit_does():
    found = sweep(LAB, QUICK, seeds=[3, 7], hidden=[2, (3, 2)], activation=["leaky_relu", "tanh"])
    assert [(run.settings["hidden"], run.settings["activation"], run.seed) for run in found.results] == [
        (hidden, activation, seed)
        for hidden in ((2,), (3, 2))
        for activation in ("leaky_relu", "tanh")
        for seed in (3, 7)
    ]
    for run in found.results:
        alone = fit(LAB, run.method)
        assert run.loss == alone.loss
        assert (run.status, run.bounds, run.history) == (alone.status, None, None)
        assert same_network(run.network, alone.network)
        assert np.array_equal(run.network(LAB.x), alone.network(LAB.x))
    assert found.axes == {"hidden": ((2,), (3, 2)), "activation": ("leaky_relu", "tanh")}
    assert found.best.loss == found.losses.min()
    assert found.complete


def test_several_data_sets_and_methods():
    methods = {"random": QUICK, "least squares": LevenbergMarquardt(hidden=(2,), evaluations=20)}
    found = sweep({"lab": LAB, "line": ([0, 1, 2], [0, 1, 2])}, methods, seeds=range(2))
    assert found.names == ("lab, random", "lab, least squares", "line, random", "line, least squares")
    assert len(found.where(data="line").results) == 4
    assert {run.data for run in found.where(method="random").results} == {"lab", "line"}
    assert found.where(method="random").where(data="lab").names == ("random",)
    with pytest.raises(InvalidInputError, match="no cell has data='moon'; there are data: 'lab', 'line'"):
        found.where(data="moon")


def test_a_method_without_randomness_is_fitted_once():
    found = sweep(LAB, Best(pieces=1), seeds=range(50), pieces=[1, 2, 3])
    assert [run.seed for run in found.results] == [None] * 3
    for run, row in zip(found.results, found.table(), strict=True):
        bounds = best_error(LAB, pieces=run.settings["pieces"])
        assert run.bounds is not None
        assert (run.bounds.lower, run.bounds.upper, run.bounds.certified) == (bounds.lower, bounds.upper, True)
        assert row["floor"] == bounds.lower


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"width": 3}, "width is no setting of RandomSearch; it has hidden, activation"),
        ({"seed": 3}, "seed is set by seeds="),
        ({"start": [None]}, "start is a network and no setting to sweep"),
        ({"hidden": []}, "hidden is empty"),
        ({"hidden": [10, 10]}, r"hidden\[1\] = \(10,\) stands there twice; one deep network is hidden=\[\(10, 10\)\]"),
        ({"activation": ["relu", "rellu"]}, "activation must be one of .*, not 'rellu'"),
        ({"seeds": []}, "seeds is empty"),
        ({"seeds": 5}, "seeds must be a sequence"),
        ({"seeds": [1, 2, 1]}, r"seeds\[2\] = 1 stands there twice"),
        ({"seeds": [-1]}, r"seeds\[0\] must be at least 0"),
        ({"jobs": 0}, "jobs must be at least 1"),
        ({"jobs": 1.5}, "jobs must be a whole number"),
        ({"together": 0}, "together must be at least 1"),
        ({"trials": range(1, 200_000)}, "the settings make 199999 combinations"),
    ],
)
def test_bad_arguments_are_refused_before_the_work(words, message):
    with pytest.raises(InvalidInputError, match=message):
        sweep(LAB, QUICK, **words)


@pytest.mark.parametrize(
    ("data", "method", "message"),
    [
        ({}, QUICK, "data is empty"),
        ({"a": ([0, 1], [0])}, QUICK, r"data\['a'\]: y has 1 rows where x has 2"),
        ({3: LAB}, QUICK, "data must be named by words, not 3"),
        (LAB, RandomSearch, "method must be a fit method"),
        (LAB, {"a": 3}, r"method\['a'\] must be a fit method"),
        (LAB, {}, "method is empty"),
    ],
)
def test_bad_data_and_methods_are_refused(data, method, message):
    with pytest.raises(InvalidInputError, match=message):
        sweep(data, method)


def test_what_a_fit_refuses_names_the_combination():
    with pytest.raises(InvalidInputError, match=r"RandomSearch\(hidden=\(2,\)\) on data: x has entries beyond"):
        sweep(([0, 1e200], [0, 1]), QUICK, hidden=[2, 3])


# --- the table ------------------------------------------------------------------------------------------------


def test_the_table():
    data = Dataset(range(8), [0, 3, 1, 4, 1, 5, 9, 2])
    found = sweep(data, QUICK, seeds=range(9), hidden=[1, 8], activation=["relu", "tanh"])
    rows = found.table(below=6.0)
    for i, row in enumerate(rows):
        losses = np.sort(found.losses[9 * i : 9 * i + 9])
        assert (row["least"], row["median"], row["largest"]) == (losses[0], losses[4], losses[8])
        assert (row["runs"], row["share"]) == (9, (losses < 6.0).mean())
        assert row["low"] <= row["share"] <= row["high"]
        assert found.share(below=6.0, hidden=row["hidden"], activation=row["activation"])[:3] == (
            row["share"], row["low"], row["high"],
        )  # fmt: skip
        assert (row["floor"] is None) == (row["activation"] == "tanh")
        assert row["milliseconds"] > 0
    floor = best_error(data, units=1).lower
    assert rows[0]["ratio"] == rows[0]["median"] / floor
    assert rows[2]["ratio"] is None  # eight units reach every point: the floor is 0
    lines = str(rows).splitlines()
    assert lines[0].split()[:5] == ["hidden", "activation", "runs", "<", "6"]
    assert len({len(line) for line in lines}) == 1
    assert json.loads(json.dumps(list(rows)))[1]["hidden"] == [1]


def test_the_share_has_wilsons_interval():
    share = wilson(5, 10)
    assert share.low == pytest.approx(0.2365931, abs=1e-6)
    assert share.high == pytest.approx(0.7634069, abs=1e-6)
    assert wilson(0, 64)[:2] == (0.0, 0.0)
    assert wilson(64, 64)[::2] == (1.0, 1.0)
    # Each end is where a share that far off is just within 1.96 of its own standard errors.
    for good, runs in ((1, 256), (200, 256), (3, 7)):
        for end in wilson(good, runs)[1:3]:
            assert abs(good / runs - end) / math.sqrt(end * (1 - end) / runs) == pytest.approx(1.959964, abs=1e-6)


def test_the_pictures():
    found = sweep(LAB, QUICK, seeds=range(4), hidden=[1, 2], activation=["relu", "tanh"])
    dots = [mark for mark in scene(found, "losses").panels[0].marks if isinstance(mark, Points)]
    assert np.allclose(10 ** dots[1].x, np.sort(found.losses[4:8]), rtol=1e-12)
    steps = [mark for mark in scene(found, "shares").panels[0].marks if isinstance(mark, Polyline)]
    assert [(line.y[0], line.y[-1], line.label) for line in steps] == [(0.0, 1.0, name) for name in found.names]
    dots = [mark for mark in scene(found, "units").panels[0].marks if isinstance(mark, Points)]
    assert [dot.x.tolist() for dot in dots] == [[1.0, 2.0]] * 2
    assert dots[0].y.tolist() == [row["median"] for row in found.where(activation="relu").table()]
    assert "1, tanh" in text_picture(found)
    with pytest.raises(InvalidInputError, match="view must be one of 'losses', 'shares', 'units'"):
        scene(found, "race")


# --- on disk --------------------------------------------------------------------------------------------------


def test_a_finished_sweep_is_read_back(tmp_path):
    first = sweep(LAB, QUICK, seeds=range(20), activation=["relu", "tanh"], path=tmp_path / "kept")
    calls = []
    again = sweep(
        LAB, QUICK, seeds=range(20), activation=["relu", "tanh"], path=tmp_path / "kept",
        progress=lambda *numbers: calls.append(numbers),
    )  # fmt: skip
    assert calls == [(6, 6)]  # eight fits a batch: nothing was left to do
    assert told(again) == told(first)
    assert same_network(again.results[13].network, first.results[13].network)


def interrupting(after):
    def progress(done, _):
        if done == after:
            signal.raise_signal(signal.SIGINT)

    return progress


def test_a_sweep_that_was_stopped_goes_on(tmp_path):
    words: dict[str, Any] = {"seeds": range(20), "hidden": [1, 2], "path": tmp_path / "kept"}
    part = sweep(LAB, QUICK, progress=interrupting(4), **words)
    assert (len(part.batches), part.complete, len(part.results)) == (4, False, 28)
    assert part.status.startswith("28 of 40 networks for 2 combinations of settings and data; stopped early")
    assert part.table()[1]["runs"] == 8
    done = []
    whole = sweep(LAB, QUICK, progress=lambda *numbers: done.append(numbers[0]), **words)
    assert done == [4, 5, 6]
    assert told(whole) == told(sweep(LAB, QUICK, seeds=range(20), hidden=[1, 2]))


def test_nothing_yet():
    part = sweep(LAB, QUICK, progress=interrupting(0))
    assert (part.results, part.complete) == ((), False)
    assert part.table()[0]["share"] is None
    with pytest.raises(InvalidInputError, match="ended before its first batch"):
        _ = part.best


@dataclasses.dataclass(frozen=True)
class Polite:
    """A method that takes Ctrl-C for itself and gives what it has."""

    seed: int = 0

    def fit(self, data):
        result = fit(data, QUICK)
        if self.seed == 9:
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
        return result


def test_a_batch_that_was_interrupted_is_not_kept():
    found = sweep(LAB, Polite(), seeds=range(16))
    assert ([run.seed for run in found.results], found.complete) == (list(range(8)), False)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ({"seeds": range(3)}, "seeds"),
        ({"together": 2}, "numbers of seeds trained together"),
        ({"trials": 21}, r"settings \(the first that differs: .*\)"),
        ({"hidden": [2, 3]}, "settings"),
        ({"data": ([0, 1], [0, 1])}, r"data \(data\)"),
        ({"data": {"lab": LAB}}, r"data \(data, lab\)"),
    ],
)
def test_another_sweep_is_refused(tmp_path, words, what):
    sweep(LAB, QUICK, seeds=range(2), path=tmp_path)
    asked: dict[str, Any] = {"data": LAB, "method": QUICK, "seeds": range(2), **words}
    with pytest.raises(InvalidInputError, match=f"holds another sweep, with other {what}: take another folder"):
        sweep(path=tmp_path, **asked)


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(InvalidInputError, match="holds other files"):
        sweep(LAB, QUICK, path=tmp_path)
    with pytest.raises(InvalidInputError, match="is a file: a sweep needs a folder"):
        sweep(LAB, QUICK, path=tmp_path / "letter.txt")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "sweep.json").write_text("[" * 100_000)
    with pytest.raises(InvalidInputError, match="cannot be read: take another folder"):
        sweep(LAB, QUICK, path=tmp_path / "deep")


def damaged(**changes):
    def write(file):
        with np.load(file, allow_pickle=False) as arrays:
            np.savez(file, **{**arrays, **changes})

    return write


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda file: file.write_bytes(b"PK"), "not a readable .npz file"),
        (lambda file: np.savez(file, seeds=np.arange(2)), "has no array depths"),
        (damaged(losses=np.zeros(3)), r"array losses has shape \(3,\)"),
        (damaged(losses=np.array(["a", "b"])), "array losses has shape"),
        (damaged(seeds=np.array([0, 2])), "its seeds are others"),
        (damaged(parameters=np.zeros(5)), "networks do not fit their sizes"),
        (damaged(depths=np.array([-1, 5])), "networks do not fit their sizes"),
        (damaged(sizes=np.array([2**62] * 6)), "networks do not fit their sizes"),
    ],
)
def test_a_damaged_batch_is_refused(tmp_path, damage, message):
    sweep(LAB, QUICK, seeds=range(2), path=tmp_path)
    damage(tmp_path / "batch-000000.npz")
    with pytest.raises(InvalidInputError, match=f"{message}.*; delete it to compute it again"):
        sweep(LAB, QUICK, seeds=range(2), path=tmp_path)


# --- training -------------------------------------------------------------------------------------------------


@pytest.mark.needs("jax", "optax")
def test_training_many_seeds(tmp_path):
    rows = Dataset(np.linspace(0, 3, 20), np.sin(np.linspace(0, 3, 20)))
    training = Training(hidden=(2,), steps=40, batch_size=8, validation=0.2)
    found = sweep(rows, training, seeds=range(4), together=2, learning_rate=[0.01, 0.02], path=tmp_path)
    assert [len(batch) for _, batch in found.batches] == [2, 2, 2, 2]
    run = found.results[6]
    assert (run.seed, run.method) == (2, dataclasses.replace(training, learning_rate=0.02, seed=2))
    step, loss = run.curve
    assert (step[0], step[-1], loss[-1]) == (0, 40, run.loss)
    assert run.validation_loss == pytest.approx(np.mean((run.network(rows.x[16:]) - rows.y[16:]) ** 2), rel=1e-9)
    assert run.loss == pytest.approx(np.mean((run.network(rows.x[:16]) - rows.y[:16]) ** 2), rel=1e-9)
    row = found.table(below=10.0)[0]
    assert row["floor"] == best_error(Dataset(rows.x[:16], rows.y[:16]), units=2).lower
    assert (row["epochs_to"], row["milliseconds_of"]) == (0.0, "epoch")
    assert found.table(below=1e-9)[0]["epochs_to"] == math.inf
    assert "never" in str(found.table(below=1e-9))
    assert scene(found, "race").panels[0].title == "The race"
    assert told(sweep(rows, training, seeds=range(4), together=2, learning_rate=[0.01, 0.02], path=tmp_path)) == told(
        found
    )
