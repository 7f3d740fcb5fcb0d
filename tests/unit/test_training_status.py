"""How a run ended, in a sentence."""

import numpy as np
import pytest

from hinges import Training
from hinges.train._dense_model import DenseModel
from hinges.train._history import bends
from hinges.train._status import status

STEPS = np.arange(21) * 50
FLAT = np.full(21, 0.4)
ALIVE = np.ones(21, bool)


def sentence(losses=FLAT, alive=ALIVE, *, unused=0, slope=0.0, training=None):
    training = training or Training()
    return status(STEPS, losses, alive, unused=unused, slope=slope, constant_loss=0.5, training=training)


def test_a_loss_that_stays_has_converged():
    assert sentence() == "converged"


def test_units_that_bend_nothing_make_it_a_plateau():
    text = sentence(unused=7, training=Training.forum())
    start = "plateau: the loss stopped falling at 0.4, where the gradient is 0e+00, while 7 of 10 units have no kink"
    assert text.startswith(start)
    assert 'kinks="stratified" and relocate=True' in text
    assert sentence(unused=7).endswith("Try another seed or more steps")


@pytest.mark.parametrize("activation", ["tanh", "linear"])
def test_units_without_a_kink_make_no_plateau(activation):
    assert sentence(unused=7, training=Training(activation=activation)) == "converged"


def test_a_falling_loss_is_unfinished():
    text = sentence(np.geomspace(1, 0.01, 21))
    assert text.startswith("unfinished: the loss, 0.01, still fell by 37% over the last tenth")


def test_overflow_is_divergence_and_names_the_step_and_the_rate():
    text = sentence(alive=np.arange(21) < 7)
    assert text == (
        "diverged: numbers overflowed by step 350 of 1000; these are the last finite weights. "
        "Try a smaller learning_rate (now 0.02)"
    )


def test_a_loss_that_grew_beyond_any_fit_is_divergence():
    assert sentence(np.geomspace(1, 1e20, 21)).startswith("diverged: the loss grew to 1e+20. Try a smaller")


def test_bends_are_where_the_pre_activation_is_zero():
    weights, biases = [2.0, -1.0, 1.0, 0.0], [-2.0, 0.0, 1.0, 3.0]
    parameters = np.array([*weights, *biases, 0.5, 1.0, -1.0, 7.0, 0.0])
    kinks, changes = bends(DenseModel((1, 4, 1), "relu"), parameters)
    np.testing.assert_array_equal(kinks, [1.0, 0.0, -1.0, np.nan])
    np.testing.assert_array_equal(changes, [1.0, 1.0, -1.0, 0.0])
    np.testing.assert_allclose(bends(DenseModel((1, 4, 1), "leaky_relu"), parameters)[1], [0.7, 0.7, -0.7, 0])
    assert not bends(DenseModel((1, 4, 1), "tanh"), parameters)[1].any()


def test_units_of_deeper_layers_have_no_single_kink():
    model = DenseModel((1, 2, 3, 1), "relu")
    kinks, changes = bends(model, np.arange(1.0, model.parameters + 1))
    np.testing.assert_array_equal(kinks, [-3.0, -2.0, np.nan, np.nan, np.nan])
    assert np.isnan(changes).all()
    assert np.isnan(bends(DenseModel((2, 2, 1), "relu"), np.ones(9))).all()
