"""The settings of Training: what they are, and one sentence for what they cannot be."""

import subprocess
import sys

import pytest

from hinges import InvalidInputError, MissingExtraError, Training, fit

BAD = [
    ({"learning_rate": float("nan")}, "learning_rate must be a finite number"),
    ({"learning_rate": 0.0}, "learning_rate must be greater than 0"),
    ({"learning_rate": "fast"}, "learning_rate must be a number"),
    ({"steps": 0}, "steps must be at least 1"),
    ({"steps": 2.5}, "steps must be a whole number"),
    ({"epochs": -1}, "epochs must be at least 1"),
    ({"steps": 5, "epochs": 5}, "give steps = 5 or epochs = 5, not both"),
    ({"batch_size": 0}, "batch_size must be at least 1"),
    ({"activation": "swish"}, "activation must be one of 'linear', 'relu'"),
    ({"init": "he"}, "init must be one of 'keras', 'torch'"),
    ({"kinks": "uniform"}, "kinks must be one of 'init', 'stratified'"),
    ({"schedule": "step"}, "schedule must be one of 'constant', 'cosine'"),
    ({"hidden": ()}, r"hidden must be a tuple such as \(10,\) or \(40, 20, 10\), not \(\)"),
    ({"hidden": (10, 0)}, r"hidden\[1\] must be at least 1"),
    ({"optimizer": "adagrad"}, "optimizer must be one of 'adam', 'sgd', 'rmsprop', 'lbfgs'"),
    ({"loss": "max"}, "loss must be one of 'mse', 'cross-entropy'"),
    ({"l1": -1.0}, "l1 must be at least 0"),
    ({"l2": float("inf")}, "l2 must be a finite number"),
    ({"polish": "repairs"}, "polish must be one of 'varpro', 'repair'"),
    ({"polish": "repair", "hidden": (5, 5)}, "polish = 'repair' is for one hidden relu layer and loss='mse'"),
    ({"polish": "varpro", "activation": "tanh"}, "polish = 'varpro' is for one hidden relu layer"),
    ({"hidden": 10}, r"hidden must be a tuple such as \(10,\) or \(40, 20, 10\), not 10"),
    ({"hidden": (0,)}, r"hidden\[0\] must be at least 1"),
    ({"hidden": (10**9,)}, r"hidden\[0\] must be at most"),
    ({"validation": 1.0}, "validation must be less than 1"),
    ({"validation": -0.1}, "validation must be at least 0"),
    ({"standardize": "yes"}, "standardize must be True or False"),
    ({"relocate": 1}, "relocate must be True or False"),
    ({"seed": -1}, "seed must be at least 0"),
]


@pytest.mark.parametrize(("settings", "sentence"), BAD, ids=[str(settings) for settings, _ in BAD])
def test_a_bad_setting_is_refused_in_one_sentence(settings, sentence):
    with pytest.raises(InvalidInputError, match=sentence) as caught:
        Training(**settings)
    assert "\n" not in str(caught.value)


def test_the_forum_settings_take_fifty_thousand_steps():
    forum = Training.forum()
    assert forum.total_steps(135) == 50_000
    assert (forum.hidden, forum.activation, forum.learning_rate) == ((10,), "relu", 1e-3)
    assert not forum.standardize
    assert not forum.relocate


def test_steps_and_batches_fit_the_rows():
    assert Training(steps=7).total_steps(135) == 7
    assert Training().total_steps(135) == 10_000
    assert Training(epochs=3, batch_size=1000).total_steps(135) == 3
    assert Training(batch_size=1000).batch(135) == Training(batch_size=None).batch(135) == 135


def test_settings_are_compared_and_repeated_by_value():
    assert Training(hidden=[7]) == Training(hidden=(7,))  # pyright: ignore[reportArgumentType]
    assert eval(repr(Training(epochs=3)), {"Training": Training}) == Training(epochs=3)  # noqa: S307


def test_settings_do_not_load_jax():
    code = "import sys, hinges; hinges.Training.forum(); print({'jax', 'optax', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("absent", ["jax", "optax"])
def test_without_the_extra_training_says_what_to_type(absent, monkeypatch):
    monkeypatch.setitem(sys.modules, absent, None)
    with pytest.raises(MissingExtraError, match=r'pip install "hinges\[train\]"'):
        fit(([0.0, 1.0], [0.0, 1.0]), Training(steps=1))
