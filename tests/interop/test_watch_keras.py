"""watch as a callback of Keras, on its backends JAX and torch: each is one process, in which all trainings run."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

RUNS = Path(__file__).with_name("watch_keras_runs.py")


def results(backend, *names):
    done = subprocess.run(
        [sys.executable, str(RUNS), *names], env={**os.environ, "KERAS_BACKEND": backend, "OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, check=False, timeout=400,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def jax_runs():
    return results("jax", "forum", "bit_for_bit", "divergence", "errors")


@pytest.mark.needs("keras", "jax")
class TestJax:
    def test_the_forums_network_is_warned_about_once_at_the_start(self, jax_runs):
        forum = jax_runs["forum"]
        assert forum["kinds"] == ["kinks-outside-data"]
        (said,) = forum["told"]
        assert said.startswith("None of the 10 hidden units bends where the data lie")
        assert "at the start" in said
        assert forum["start_kinks"] == [0] * 10
        assert "of 10 units" in forum["summary"]

    def test_what_the_warning_says_to_type_puts_the_kinks_among_the_data(self, jax_runs):
        moved = np.array(jax_runs["forum"]["moved"])
        assert ((moved > 0) & (moved < 10)).all()
        assert np.ptp(moved) > 3

    def test_the_record_says_what_keras_says(self, jax_runs):
        forum = jax_runs["forum"]
        assert forum["step"] == [0, 5, 10, 15, 20]
        assert forum["later"] == [0, 5, 10, 15, 20, 25, 30]  # 135 rows of the first fit, 150 of the second: 5 steps
        assert np.isnan(forum["held"][0])
        assert forum["held"][1:] == pytest.approx(forum["val_loss"])
        assert forum["kinks"] == pytest.approx(forum["expected_kinks"], rel=1e-5)
        assert forum["loss"] == pytest.approx(forum["evaluated"], rel=1e-5)
        assert forum["rate"] == pytest.approx([1e-3] * 5)
        assert min(forum["gradient"]) > 0

    def test_the_training_is_the_same_to_the_last_bit_also_with_classes_and_branches(self, jax_runs):
        check_same(jax_runs["bit_for_bit"])

    def test_a_divergence_is_named_with_its_step_and_the_last_good_weights_are_kept(self, jax_runs):
        run = jax_runs["divergence"]
        assert not run["finite"]
        (said,) = run["told"]
        assert "(learning rate 1e+06): the training has diverged" in said
        assert 1 <= run["evidence"]["step"] <= 5, "seen in the first epoch, though only every second is recorded"
        assert run["back"]
        assert run["step"][:2] == [0, 5]
        assert run["losses"] == [True, *[False] * (len(run["step"]) - 1)]

    def test_what_cannot_be_watched_is_said_at_once(self, jax_runs):
        errors = jax_runs["errors"]
        assert errors["layer"][0] == "UnsupportedModelError"
        assert "strange" in errors["layer"][1]
        assert "x has 2 entries in a row where the network has 1 inputs" in errors["inputs"][1]
        assert "watches another model" in errors["other"][1]
        assert "nothing was recorded" in errors["early"][1]


def check_same(run):
    assert all(run["same"])
    assert run["losses"] == pytest.approx(run["val_loss"], rel=1e-4), "the same rows, in the same mode"
    assert run["held"] == pytest.approx(run["val_loss"])
    assert 0 < run["accuracy"] < 1
    assert run["gradient"] is None
    assert run["notes"] == ["the gradient is not known: the network's numbers are not the model's own, one for one"]
    assert run["units"] == [4, 12]
    assert "of 8 units" in run["summary"]
    assert "of 4 units" in run["summary"]


@pytest.fixture(scope="module")
def torch_runs():
    return results("torch", "forum", "bit_for_bit", "healthy", "page")


@pytest.mark.needs("keras", "torch")
class TestTorch:
    def test_the_same_and_healthy_trainings_are_not_warned_about(self, torch_runs):
        check_same(torch_runs["bit_for_bit"])
        assert torch_runs["forum"]["kinds"] == ["kinks-outside-data"]
        assert torch_runs["forum"]["later"] == [0, 5, 10, 15, 20, 25, 30]
        assert torch_runs["forum"]["loss"] == pytest.approx(torch_runs["forum"]["evaluated"], rel=1e-5)
        assert torch_runs["healthy"]["told"] == []
        assert torch_runs["healthy"]["step"][-1] == 125

    def test_the_page_about_it_runs_and_says_what_is_so(self, torch_runs):
        page = torch_runs["page"]
        assert [len(told) for told in page["told"]] == [1, 0, 0, 0, 0]
        first = page["told"][0][0].split(" Before training")[0]
        shape = re.sub(r"[0-9]+ are off there and [0-9]+ on", "some off, some on", first)
        assert shape in re.sub(r"[0-9]+ are off there and [0-9]+ on", "some off, some on", page["quoted"])
        assert page["steps"] == [5 * epoch for epoch in range(21)]
        assert page["kinks"] == [21, 10]
        assert page["gradient"] == 21
        assert page["why"] == pytest.approx(page["loss"])
        assert page["better"] < 0.1 * page["loss"]
        assert page["by_hand"] == [0, 1, 2, 3]
