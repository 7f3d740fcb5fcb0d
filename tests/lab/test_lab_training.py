"""Training that a page watches: the same networks as without a page, frames that add up, and an end at any moment."""

import contextlib
import itertools
import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lab_messages import read_message
from running_lab import Lab

from hinges import Network, Training, to_function
from hinges.errors import InvalidInputError
from hinges.lab._race import Race
from hinges.lab.questions import Frame, kind_named, read_question
from hinges.lab.questions._read import BadQuestionError
from hinges.lab.questions._train import check, check_change
from hinges.train import train_many

pytestmark = [pytest.mark.needs("starlette", "uvicorn", "websockets", "jax", "optax")]

X = np.linspace(-2.0, 2.0, 40)
ROWS = {"x": X.tolist(), "y": np.sin(2 * X).tolist()}
SMALL = {"hidden": [8], "batch_size": None}


def asked(**more: Any) -> dict[str, Any]:
    return check({"data": ROWS, "runs": [SMALL], "steps": 300, "seeds": 2, **more})  # two seeds: one compilation


def prepared(**more: Any) -> Race:
    race = Race(asked(**more))
    race.prepare()
    return race


def finished(race: Race) -> Race:
    while not race.is_over:
        race.turn()
    return race


def network_of(header: dict[str, Any], parameters: np.ndarray) -> Network:
    """Give the network of the parameters in a frame, in the order that is described."""
    sizes, at = header["sizes"], 0
    weights, biases = [], []
    for inputs, units in itertools.pairwise(sizes):
        weights.append(parameters[at : at + inputs * units].reshape(inputs, units).astype(np.float64))
        at += inputs * units
        biases.append(parameters[at : at + units].astype(np.float64))
        at += units
    assert at == len(parameters)
    return Network.dense(weights, biases, header["activation"])


# ------------------------------------------------------------------------------------------------- what is trained


@pytest.mark.parametrize(
    "settings",
    [{"hidden": [8], "batch_size": None}, {"hidden": [8], "batch_size": 16, "validation": 0.2, "optimizer": "sgd"}],
    ids=["all-rows", "batches"],
)
def test_the_networks_are_those_of_train_many(settings: dict[str, Any]):
    race = finished(prepared(runs=[settings], seed=5))
    batch = train_many((X, np.sin(2 * X)), Training(**{**settings, "hidden": (8,), "steps": 300}), [5, 6])
    (live,) = race._lives
    assert np.array_equal(live.record.loss, batch.losses)
    for i in range(2):
        assert np.array_equal(live.network(i).weights[0], batch.network(i).weights[0])
    losses = race.frame().arrays[0]
    assert losses[0] == pytest.approx(batch.losses, rel=1e-6)
    if "validation" in settings:
        assert losses[1] == pytest.approx(batch.validation_losses, rel=1e-6)
    else:
        assert np.isnan(losses[1]).all()
    assert losses[2].tolist() == [1, 1]


def test_runs_keep_the_same_clock():
    race = prepared(runs=[SMALL, {**SMALL, "activation": "tanh"}])
    seen = [race.step]
    while not race.is_over:
        race.turn()
        assert len({live.step for live in race._lives}) == 1
        seen.append(race.step)
    assert seen[0] == 0
    assert seen == sorted(set(seen))
    assert seen[-1] == 300


@pytest.mark.parametrize(
    ("activation", "hidden", "exact"),
    [("relu", [8], True), ("relu", [8, 8], True), ("tanh", [8], False)],
)
def test_a_frame_adds_up(activation: str, hidden: list[int], exact: bool):
    race = prepared(runs=[{**SMALL, "hidden": hidden, "activation": activation}], shown=1, steps=40)
    frame = finished(race).frame()
    (run,) = frame.header["runs"]
    losses, parameters, units, kinks, curve = frame.arrays
    numbers = losses.size + parameters.size + kinks.size + curve.size
    assert len(frame.encoded({"id": 1, "more": True})) < 900 + 4 * numbers + units.size  # 64 units: 60 kB a second
    assert run["exact"] is exact
    network = network_of(run, parameters)
    x, outputs = curve.astype(np.float64)
    assert (x[0], x[-1]) == (X[0], X[-1])
    assert outputs == pytest.approx(network(x), abs=2e-5)
    assert losses[0, 1] == pytest.approx(np.mean((network(X) - np.sin(2 * X)) ** 2), rel=1e-3)
    z = X[:, None] * network.weights[0][0] + network.biases[0]
    on, off = (z > 1e-6).all(0), (z < -1e-6).all(0)
    first = units[: hidden[0]]
    assert (first[off] == 1).all()
    assert (first[on] == 2).all()
    assert (first[~on & ~off & (np.abs(z).min(0) > 1e-6)] == 0).all()
    assert kinks == pytest.approx(-network.biases[0] / network.weights[0][0], rel=1e-4)
    if exact:  # nothing bends between the points
        own = to_function(network).breakpoints
        assert all(np.abs(x - each).min() < 1e-4 for each in own if X[0] < each < X[-1])


def test_a_training_pauses_goes_on_and_changes():
    race = prepared(paused=True, steps=500)
    race.turn()
    assert race.step == 0
    race.change({"advance": 7})
    for _ in range(9):
        race.turn()
    assert (race.step, race.frame().header["paused"]) == (7, True)
    race.change({"learning_rate": [0.5]})
    assert race.frame().header["runs"][0]["learning_rate"] == pytest.approx(0.5, rel=0.01)
    race.change({"paused": False, "shown": 1, "pace": 1e9})
    race.turn()
    assert race.step > 7
    race.change({"finish": True})
    assert race.is_over
    last = race.last_frame()
    assert last.header["ended"] == "asked"
    assert f"step {race.step}" in last.header["sentence"]


def test_a_pace_is_kept():
    race = prepared(steps=100_000, pace=200.0)
    begin = time.monotonic()
    while (passed := time.monotonic() - begin) < 0.5:
        race.turn()
    assert 0 < race.step <= 200 * (passed + 0.1)


def test_what_diverges_stands_at_its_last_good_state():
    wild = {**SMALL, "optimizer": "sgd", "learning_rate": 50.0, "schedule": "constant", "relocate": False}
    race = finished(prepared(runs=[wild, SMALL], steps=3000))
    frame = race.last_frame()
    gone, fine = frame.header["runs"]
    assert gone["alive"] == 0
    assert "smaller learning rate (now 50)" in gone["diverged"]["sentence"]
    assert fine["diverged"] is None
    assert frame.header["ended"] == "steps"
    assert all(np.isfinite(part[:2] if i % 5 == 0 else part).all() or i % 5 == 0 for i, part in enumerate(frame.arrays))
    network = network_of(gone, frame.arrays[1])
    assert np.mean((network(X) - np.sin(2 * X)) ** 2) < 10 * max(np.var(np.sin(2 * X)), frame.arrays[0][0, 0], 10)
    alone = finished(prepared(runs=[wild], steps=3000)).last_frame()
    assert alone.header["ended"] == "diverged"
    assert alone.header["step"] < 3000


# ---------------------------------------------------------------------------------------------------- what is read


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"runs": []}, "1 to 6 objects"), ({"runs": [SMALL] * 7}, "1 to 6 objects"), ({"runs": {}}, "1 to 6 objects"),
        ({"runs": [3]}, "must be an object"), ({"runs": [{"path": "/etc"}]}, "has no 'path'"),
        ({"runs": [{"hidden": []}]}, "1 to 4 widths"), ({"runs": [{"hidden": [0]}]}, "at least 1"),
        ({"runs": [{"hidden": [-3]}]}, "at least 1"), ({"runs": [{"hidden": [10**9]}]}, "at most 256"),
        ({"runs": [{"hidden": [2] * 5}]}, "1 to 4 widths"), ({"runs": [{"hidden": ["8"]}]}, "whole number"),
        ({"runs": [{"learning_rate": 0}]}, "greater than 0"), ({"runs": [{"learning_rate": -1}]}, "from 0 to"),
        ({"runs": [{"learning_rate": 1e300}]}, "from 0 to"), ({"runs": [{"learning_rate": "1"}]}, "no number"),
        ({"runs": [{"activation": "exec"}]}, "must be one of"), ({"runs": [{"activation": [1]}]}, "must be one of"),
        ({"runs": [{"optimizer": "lbfgs"}]}, "must be one of"), ({"runs": [{"loss": "max"}]}, "must be one of"),
        ({"runs": [{"validation": 1}]}, "from 0 to 0.9"), ({"runs": [{"l1": -1}]}, "from 0 to"),
        ({"runs": [{"relocate": 1}]}, "true or false"), ({"runs": [{"batch_size": 0}]}, "at least 1"),
        ({"runs": [{"start": {"upload": "x"}}]}, "no handle"),
        ({"seeds": 0}, "at least 1"), ({"seeds": 65}, "at most 64"), ({"seed": -1}, "at least 0"),
        ({"steps": 0}, "at least 1"), ({"steps": 10**12}, "at most"), ({"shown": 2}, "at most 1"),
        ({"pace": -1}, "from 0.1"), ({"paused": 0}, "true or false"), ({"data": None}, "must be an object"),
        ({"more": 1}, "has no 'more'"),
    ],
    ids=range(34),
)  # fmt: skip
def test_settings_that_are_none_are_a_sentence(fields: dict[str, Any], sentence: str):
    with pytest.raises(InvalidInputError, match=sentence):
        asked(**fields)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, "needs one of"), ({"steps": 3}, "has no 'steps'"), ({"learning_rate": []}, "one for each"),
        ({"learning_rate": [0.1, 0]}, "greater than 0"), ({"learning_rate": [0.1] * 7}, "one for each"),
        ({"shown": -1}, "at least 0"), ({"shown": 64}, "at most 63"), ({"advance": 10**12}, "at most"),
        ({"finish": 1}, "true or false"), ({"pace": 0}, "from 0.1"),
    ],
    ids=range(10),
)  # fmt: skip
def test_changes_that_are_none_are_a_sentence(change: dict[str, Any], sentence: str):
    with pytest.raises(InvalidInputError, match=sentence):
        check_change(change)
    with pytest.raises(BadQuestionError, match=sentence):
        read_question(json.dumps({"id": 1, "question": "change", **change}))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"runs": [{"hidden": [256] * 4, "batch_size": None}], "seeds": 64}, "too large to be watched"),
        ({"runs": [{"loss": "cross-entropy"}]}, "labels"),
        ({"runs": [{**SMALL, "start": {"weights": [[[1]], [[1]]], "biases": [[0], [0]]}}]}, "make them alike"),
        ({"data": {"upload": "0" * 32}}, "no longer here"),
    ],
    ids=range(4),
)
def test_what_does_not_go_together_is_a_sentence(fields: dict[str, Any], sentence: str):
    with pytest.raises(InvalidInputError, match=sentence):
        prepared(**fields)


def test_the_question_answers_without_a_page():
    found = kind_named("train").answer(asked(steps=20))
    assert isinstance(found, Frame)
    assert (found.header["ended"], found.header["step"], found.header["networks"]) == ("steps", 20, [None])


# --------------------------------------------------------------------------------------------------- over the wire


class Page:
    """A page that watches: it acknowledges what it is sent, if it is not slow."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket

    def say(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def hear(self, timeout: float = 90) -> dict[str, Any]:
        return read_message(self.socket.recv(timeout))

    def train(self, mark: int = 1, **more: Any) -> None:
        self.say(id=mark, question="train", data=ROWS, **{"runs": [SMALL], "steps": 300, "seeds": 2, **more})

    def frames(self, mark: int = 1) -> Iterator[dict[str, Any]]:
        """Give frames as they come; others are passed over. Each is acknowledged; the last is the answer."""
        while True:
            reply = self.hear()
            if reply["id"] != mark:
                continue
            assert "error" not in reply, reply
            yield reply
            if not reply.get("more"):
                return
            self.say(id=mark, question="more")


@contextlib.contextmanager
def page_of(lab: Lab) -> Iterator[Page]:
    sync = pytest.importorskip("websockets.sync.client", reason="needs websockets")
    with sync.connect(f"{lab.url.replace('http', 'ws')}ask", origin=lab.origin, max_size=None) as socket:
        yield Page(socket)


def test_a_page_watches_a_training_to_its_end(lab_server: Lab):
    with page_of(lab_server) as page:
        page.train(steps=400, pace=2000)
        frames = list(page.frames())
        assert len(frames) >= 3
        steps = [frame["answer"]["step"] for frame in frames]
        assert (steps[0], steps[-1]) == (0, 400)
        assert steps == sorted(steps)
        last = frames[-1]
        assert last["answer"]["ended"] == "steps"
        (kept,) = last["answer"]["networks"]
        page.say(id=2, question="open", network={"upload": kept["handle"]})
        summary = page.hear()["answer"]["summary"]
        assert (summary["inputs"], summary["units"], summary["activations"]) == (1, 8, ["relu"])
        assert str(kept["name"]) == "1-8-1 relu, step 400"
        page.train(3, runs=[{**SMALL, "start": {"upload": kept["handle"]}}], paused=True)  # and it goes on from there
        again = page.hear()
        assert "error" not in again, again
        assert again["arrays"][0][0, 0] == pytest.approx(last["arrays"][0][0, 0], rel=1e-4)


def test_the_server_itself_loads_nothing_that_trains(lab_server: Lab):
    maps = Path(f"/proc/{lab_server.process.pid}/maps")
    if not maps.exists():
        pytest.skip("needs /proc")
    with page_of(lab_server) as page:
        page.train(steps=20)
        *_, last = page.frames()
    assert last["answer"]["ended"] == "steps"
    loaded = maps.read_text()
    assert "numpy" in loaded
    assert not [heavy for heavy in ("jaxlib", "/torch/", "/scipy/", "/matplotlib/") if heavy in loaded]


def test_settings_change_while_it_runs(lab_server: Lab):
    with page_of(lab_server) as page:
        page.train(steps=1_000_000, runs=[{**SMALL, "schedule": "constant"}], pace=1000)
        frames = page.frames()
        assert next(frames)["answer"]["runs"][0]["learning_rate"] == 0.02
        page.say(id=2, question="change", learning_rate=0.005)
        changed = next(frame for frame in frames if frame["answer"]["runs"][0]["learning_rate"] == 0.005)
        page.say(id=3, question="change", paused=True)
        paused = next(frame for frame in frames if frame["answer"]["paused"])
        page.say(id=4, question="change", advance=3)
        ahead = paused["answer"]["step"] + 3
        next(frame for frame in frames if frame["answer"]["paused"] and frame["answer"]["step"] == ahead)
        page.say(id=5, question="change", finish=True)
        *_, last = frames
        assert (last["answer"]["ended"], last["answer"]["step"]) == ("asked", ahead)
        assert 0 <= changed["answer"]["step"] <= ahead - 3
        page.say(id=6, question="change", paused=True)
        assert "nothing is being trained" in page.hear()["error"]


def test_a_slow_page_gets_the_newest_frames_and_no_pile(lab_server: Lab):
    with page_of(lab_server) as page:
        page.train(steps=10_000_000, pace=3000)
        first = [page.hear() for _ in range(2)]
        with pytest.raises(TimeoutError):  # it has not dealt with these, and gets no more
            page.hear(1.0)
        page.say(id=1, question="more")
        third = page.hear()
        assert third["answer"]["step"] - first[1]["answer"]["step"] > 1000  # the newest, not the next one
        page.say(id=2, question="cancel", of=1)
        while page.hear().get("superseded") is not True:
            continue


def test_pages_share_the_processes_and_one_that_leaves_frees_its_place(lab_server: Lab):
    with page_of(lab_server) as one, page_of(lab_server) as two:
        for page in (one, two):
            page.train(steps=10_000_000)
        first, second = one.frames(), two.frames()
        for _ in range(5):  # each goes on while the other does
            here, there = next(first), next(second)
        assert here["answer"]["step"] > 0
        assert there["answer"]["step"] > 0
        with page_of(lab_server) as third:
            third.train(steps=10_000_000)
            assert next(third.frames())["answer"]["step"] >= 0
        for page in (one, two):  # a page that leaves, and one that stops
            page.say(id=9, question="cancel")
    with page_of(lab_server) as page:
        page.say(id=1, question="best", x=[0, 1, 2], y=[0, 1, 0], pieces=2)
        assert page.hear()["answer"]["certified"] is True
        page.train(2, steps=50)
        *_, last = page.frames(2)
        assert last["answer"]["step"] == 50


def test_a_training_that_cannot_be_is_a_sentence(lab_server: Lab):
    with page_of(lab_server) as page:
        for mark, fields in enumerate(
            [{"runs": [{"loss": "cross-entropy"}]}, {"data": {"upload": "0" * 32}}, {"runs": [{"hidden": [-1]}]}]
        ):
            page.say(**{"id": mark, "question": "train", "data": ROWS, "runs": [SMALL], **fields})
            reply = page.hear()
            assert reply["id"] == mark
            assert 10 < len(reply["error"]) <= 300


def test_a_process_that_dies_is_a_sentence(lab_server: Lab):
    with page_of(lab_server) as page:
        page.train(steps=10_000_000)
        next(page.frames())
        children = Path(f"/proc/{lab_server.process.pid}/task").glob("*/children")
        numbers = [int(number) for each in children for number in each.read_text().split()]
        training = [number for number in numbers if "jaxlib" in Path(f"/proc/{number}/maps").read_text()]
        if not training:
            pytest.skip("needs /proc")
        for number in training:
            os.kill(number, signal.SIGKILL)
        while "error" not in (reply := page.hear()):
            assert reply["more"]
        assert "ended before its time" in reply["error"]
        page.say(id=2, question="best", x=[0, 1, 2], y=[0, 1, 0], pieces=2)
        assert page.hear()["answer"]["certified"] is True
