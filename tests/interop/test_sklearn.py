"""Fitted perceptrons of scikit-learn, alone and behind scalers, against their own predictions."""

import warnings

import numpy as np
import pytest

from hinges import InvalidInputError, UnsupportedModelError
from hinges.interop import load

pytestmark = pytest.mark.needs("sklearn")
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(60, 3)) * [1.0, 5.0, 0.2] + [0.0, 2.0, -1.0]
Y = np.sin(X).sum(axis=1)
WIDE = np.concatenate([X, 3.0 * X])  # also where a scaler has never been


def fitted(estimator, y=Y):
    with warnings.catch_warnings():  # a few steps are enough to have weights
        warnings.simplefilter("ignore")
        return estimator.fit(X, y)


def regressor(**options):
    from sklearn.neural_network import MLPRegressor

    return MLPRegressor(**{"hidden_layer_sizes": (5, 4), "max_iter": 5, "random_state": 0, **options})


def classifier(**options):
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier(**{"hidden_layer_sizes": (5,), "max_iter": 5, "random_state": 0, **options})


def behind(*scalers):
    from sklearn.pipeline import make_pipeline

    return make_pipeline(*scalers, regressor())


@pytest.mark.parametrize("activation", ["identity", "relu", "tanh", "logistic"])
def test_a_regressor_is_taken_over_to_the_last_bit(activation):
    estimator = fitted(regressor(activation=activation))
    network = load(estimator)
    assert all(np.array_equal(w, own) for w, own in zip(network.weights, estimator.coefs_, strict=True))
    assert network(WIDE)[:, 0] == pytest.approx(estimator.predict(WIDE), rel=1e-14, abs=1e-14)
    assert network.notes == ()


def test_several_outputs_and_weights_of_float32():
    estimator = regressor()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimator.fit(X.astype(np.float32), np.stack([Y, -Y], axis=1))
    assert estimator.coefs_[0].dtype == np.float32
    network = load(estimator)
    assert np.array_equal(network.weights[0], estimator.coefs_[0].astype(np.float64))
    assert network(X) == pytest.approx(estimator.predict(X), rel=1e-4, abs=1e-4)


def test_what_makes_probabilities_is_left_out_and_said():
    two, three = fitted(classifier(), Y > 0), fitted(classifier(), np.digitize(Y, [-0.5, 0.5]))
    network = load(two)
    assert 1.0 / (1.0 + np.exp(-network(WIDE)[:, 0])) == pytest.approx(two.predict_proba(WIDE)[:, 1], abs=1e-14)  # pyright: ignore[reportArgumentType, reportCallIssue]
    assert network.notes == ("the final logistic of MLPClassifier is left out: the network gives log(p / (1 - p))",)
    network = load(three)
    powers = np.exp(network(WIDE))
    assert powers / powers.sum(axis=1, keepdims=True) == pytest.approx(three.predict_proba(WIDE), abs=1e-12)
    assert "softmax of MLPClassifier is left out" in network.notes[0]


def test_scalers_of_a_pipeline_are_folded_in_and_said():
    from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, StandardScaler

    for scalers in (
        [StandardScaler()],
        [StandardScaler(with_mean=False), MaxAbsScaler()],
        [StandardScaler(with_std=False), "passthrough", MinMaxScaler((-1, 1))],
    ):
        pipeline = fitted(behind(*scalers))
        network = load(pipeline)
        assert network(WIDE)[:, 0] == pytest.approx(pipeline.predict(WIDE), rel=1e-12, abs=1e-12)
        assert len(network.weights) == 3
        assert all("multiplied into dense_0, rounded once" in note for note in network.notes)
        assert len(network.notes) == sum(scaler != "passthrough" for scaler in scalers)


def test_a_scaler_that_clips_stays_a_layer():
    from sklearn.preprocessing import MinMaxScaler, StandardScaler

    pipeline = fitted(behind(StandardScaler(), MinMaxScaler((0.1, 0.8), clip=True)))
    network = load(pipeline)
    assert network(WIDE)[:, 0] == pytest.approx(pipeline.predict(WIDE), rel=1e-12, abs=1e-12)
    assert network.layers[0] == "minmaxscaler clipped"
    assert "clips, so it is kept" in " ".join(network.notes)


def test_what_cannot_be_read_is_refused_by_name():
    from sklearn.linear_model import LinearRegression
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    with pytest.raises(InvalidInputError, match="this MLPRegressor is not fitted yet"):
        load(regressor())
    with pytest.raises(InvalidInputError, match="this MLPRegressor is not fitted yet"):
        load(behind(StandardScaler()))
    with pytest.raises(UnsupportedModelError, match=r"step polynomialfeatures .* is a PolynomialFeatures"):
        load(fitted(behind(PolynomialFeatures())))
    with pytest.raises(UnsupportedModelError, match="LinearRegression is no network"):
        load(fitted(LinearRegression()))
