"""Trainings in Keras with a watcher, in a process of its own: a backend cannot be changed once Keras is there.

`python watch_keras_runs.py NAME ...` runs the functions of those names and prints what each gives as one line of JSON.
"""

import json
import os
import sys
import warnings

import numpy as np

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import keras

from hinges import HingesError
from hinges.diagnosis._watch import watch
from hinges.diagnosis._watch_alarm import TrainingWarning

X = np.random.default_rng(0).uniform(0, 10, 150)[:, None]
Y = np.sin(X[:, 0])
STANDARD = (X - X.mean()) / X.std()
Dense = keras.layers.Dense


def said(call):
    """The warnings of a call that are ours, as text."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    return [str(each.message) for each in caught if issubclass(each.category, TrainingWarning)]


def fit(model, x, y, watcher=None, **options):
    callbacks = [watcher] if watcher else []
    return model.fit(x, y, batch_size=32, verbose=0, callbacks=callbacks, **options)


def small(rate=1e-3, optimizer=keras.optimizers.Adam):
    keras.utils.set_random_seed(3)
    model = keras.Sequential([Dense(10, activation="relu", name="bends"), Dense(1)])  # built by its first fit
    model.compile(optimizer=optimizer(rate), loss="mse")
    return model


def forum():
    model = small()
    watcher = watch(model, (X[:135], Y[:135]))
    assert not model.built
    told = said(lambda: fit(model, X, Y, watcher, epochs=4, validation_split=0.1))
    first, kept = watcher.history, model.history.history
    fit(model, X, Y, watcher, epochs=2)  # goes on, and is told of nothing twice
    weights, bias = model.layers[0].get_weights()
    evaluated = model.evaluate(X[:135], Y[:135], verbose=0)
    python = watcher.findings[0].remedy.python
    exec(python, {"model": model, "numpy": np})  # noqa: S102 - our own line
    moved = -model.layers[0].get_weights()[1] / weights[0]
    return {
        "told": told, "kinds": [each.kind for each in watcher.findings], "step": first.step.tolist(),
        "later": watcher.history.step.tolist(), "held": first.validation_loss.tolist(), "val_loss": kept["val_loss"],
        "start_kinks": first.kinks[0].tolist(), "kinks": watcher.history.kinks[-1].tolist(),
        "expected_kinks": (-bias / weights[0]).tolist(), "loss": watcher.history.loss[-1], "evaluated": evaluated,
        "gradient": first.gradient_norm.tolist(), "rate": first.learning_rate.tolist(), "moved": moved.tolist(),
        "summary": watcher.summary(),
    }  # fmt: skip


def bit_for_bit():
    """The same training without and with a watcher; the layers that differ in training are there."""

    def run(*, watched):
        keras.utils.set_random_seed(7)
        layers = [keras.Input((1,)), Dense(8), keras.layers.BatchNormalization(), keras.layers.ReLU(),
                  keras.layers.Dropout(0.3), Dense(6, activation="tanh"), Dense(1)]  # fmt: skip
        model = keras.Sequential(layers)
        model.compile(optimizer=keras.optimizers.SGD(0.01, momentum=0.9), loss="mse")
        watcher = watch(model, (STANDARD, Y)) if watched else None
        fit(model, STANDARD, Y, watcher, epochs=3)
        return model, watcher

    alone, _ = run(watched=False)
    model, watcher = run(watched=True)
    same = [bool(np.array_equal(a, b)) for a, b in zip(alone.get_weights(), model.get_weights(), strict=True)]
    away = np.abs(watcher.network(STANDARD) - model.predict(STANDARD, verbose=0)).max()
    return {"same": same, "away": float(away), "notes": watcher.notes, "gradient": watcher.history.gradient_norm,
            "units": watcher.history.dead.shape, "held": watcher.history.validation_loss}  # fmt: skip


def healthy():
    model = small(1e-2)
    told = []
    for seed in range(3):
        keras.utils.set_random_seed(seed)
        model.build((None, 1))
        model.set_weights([np.random.default_rng(seed).normal(size=w.shape) * 0.5 for w in model.get_weights()])
        watcher = watch(model, (STANDARD, Y))
        told += said(lambda watcher=watcher: fit(model, STANDARD, Y, watcher, epochs=25))
    return {"told": told, "step": watcher.history.step.tolist()}


def divergence():
    model = small(1e6, keras.optimizers.SGD)
    model.build((None, 1))
    start = model.get_weights()
    watcher = watch(model, (STANDARD, Y), every=2)
    told = said(lambda: fit(model, STANDARD, Y, watcher, epochs=3))
    reported = model.history.history["loss"]
    exec(watcher.findings[0].remedy.python, {"model": model, "watcher": watcher})  # noqa: S102 - our own line
    back = all(np.array_equal(a, b) for a, b in zip(start, model.get_weights(), strict=True))
    return {"told": told, "back": back, "evidence": watcher.findings[0].evidence, "step": watcher.history.step.tolist(),
            "finite": bool(np.isfinite(reported).all()), "losses": np.isfinite(watcher.history.loss).tolist()}  # fmt: skip


def classes():
    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(90, 2))
    labels = (x[:, 0] > 0).astype(int) + (x[:, 1] > 0.5)
    given = keras.Input((2,))
    wide, deep = Dense(8, activation="relu")(given), Dense(4, activation="relu")(given)
    ends = Dense(3, activation="softmax")(keras.layers.Concatenate()([wide, deep]))
    model = keras.Model(given, ends)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    watcher = watch(model, (x, labels))
    fit(model, x, labels, watcher, epochs=2, validation_data=(x, labels))
    loss, accuracy = model.evaluate(x, labels, verbose=0)
    history = watcher.history
    return {"loss": [history.loss[-1], loss, history.validation_loss[-1]], "accuracy": [history.accuracy[-1], accuracy],
            "summary": watcher.summary()}  # fmt: skip


def errors():
    found = {}
    odd = keras.Sequential([keras.Input((1,)), keras.layers.Lambda(lambda x: x, name="strange"), Dense(1)])
    model, other = small(), small()
    other.build((None, 1))
    calls = {
        "layer": lambda: watch(odd, (X, Y)),
        "inputs": lambda: watch(other, (np.hstack([X, X]), Y)),
        "other": lambda: fit(model, X, Y, watch(other, (X, Y)), epochs=1),
        "early": lambda: watch(other, (X, Y)).history,
    }
    for name, call in calls.items():
        try:
            call()
        except HingesError as error:
            found[name] = [type(error).__name__, str(error)]
    return found


if __name__ == "__main__":
    assert keras.backend.backend() == os.environ["KERAS_BACKEND"]
    print(json.dumps({name: globals()[name]() for name in sys.argv[1:]}))
