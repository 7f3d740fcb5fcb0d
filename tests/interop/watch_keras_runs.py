"""Trainings in Keras with a watcher, in a process of its own: a backend cannot be changed once Keras is there.

`python watch_keras_runs.py NAME ...` runs the functions of those names and prints what each gives as one line of JSON.
"""

import json
import os
import re
import sys
import warnings
from pathlib import Path
from typing import Any

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
Dense: Any = keras.layers.Dense


def said(call):
    """The warnings of a call that are ours, as text."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    return [str(each.message) for each in caught if issubclass(each.category, TrainingWarning)]


def fit(model, x, y, watcher=None, **options):
    callbacks = [watcher] if watcher else []
    return model.fit(x, y, batch_size=32, verbose=0, callbacks=callbacks, **options)


def small(rate=1e-3, optimizer=keras.optimizers.Adam) -> Any:
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


def state(model):
    """All that a training changes: weights, what the optimizer keeps, the state of what is random."""
    variables = [*model.variables, *model.optimizer.variables]
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]


def bit_for_bit():
    """Classes and branches without and with a watcher; the layers that differ in training are among them."""
    random = np.random.default_rng(0)
    x = random.normal(size=(64, 2))
    labels = (x[:, 0] > 0).astype(int) + (x[:, 1] > 0.5)

    keras.utils.set_random_seed(7)
    given = keras.Input((2,))
    normal = keras.layers.BatchNormalization()(Dense(8)(given))
    wide = keras.layers.Dropout(0.3)(keras.layers.ReLU()(normal))
    both = keras.layers.Concatenate()([wide, Dense(4, activation="relu")(given)])
    model: Any = keras.Model(given, Dense(3, activation="softmax")(both))
    model.compile(optimizer=keras.optimizers.SGD(0.01, momentum=0.9), loss="sparse_categorical_crossentropy")
    fit(model, x, labels, epochs=1, validation_data=(x, labels))  # compiles, and makes what the optimizer keeps
    start = state(model)

    def run(watcher):
        """Train from the same start."""
        keras.utils.set_random_seed(7)
        for variable, value in zip([*model.variables, *model.optimizer.variables], start, strict=True):
            variable.assign(value)
        fit(model, x, labels, watcher, epochs=3, validation_data=(x, labels))
        return state(model)

    alone, watcher = run(None), watch(model, (x, labels))
    same = [bool(np.array_equal(a, b)) for a, b in zip(alone, run(watcher), strict=True)]
    assert not all(np.array_equal(a, b) for a, b in zip(alone, start, strict=True))
    history = watcher.history
    return {"same": same, "losses": history.loss[1:].tolist(), "held": history.validation_loss[1:].tolist(),
            "val_loss": model.history.history["val_loss"], "notes": watcher.notes, "gradient": history.gradient_norm,
            "units": history.dead.shape, "accuracy": history.accuracy[-1], "summary": watcher.summary()}  # fmt: skip


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
    history = watcher.history
    return {"told": told, "back": back, "evidence": watcher.findings[0].evidence, "step": history.step.tolist(),
            "finite": bool(np.isfinite(reported).all()), "losses": np.isfinite(history.loss).tolist()}  # fmt: skip


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


def page():
    """The blocks of docs/watch.md in order."""
    text = (Path(__file__).parents[2] / "docs" / "watch.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names = {}
    told = []
    keras.utils.set_random_seed(0)
    for block in blocks:
        code = compile(block.replace("print(", "str("), "docs/watch.md", "exec")
        told.append(said(lambda code=code: exec(code, names)))  # noqa: S102 - our own page
    record = names["record"]
    return {"told": told, "quoted": re.sub(r"\s+", " ", text.replace("\n> ", " ")), "steps": record.step.tolist(),
            "kinks": record.kinks.shape, "gradient": len(record.gradient_norm), "why": names["why"].loss,
            "loss": record.loss[-1], "better": float(np.mean((names["better"](names["x"]) - names["y"]) ** 2)),
            "by_hand": names["watcher"].history.step.tolist()}  # fmt: skip


if __name__ == "__main__":
    assert keras.backend.backend() == os.environ["KERAS_BACKEND"]
    sys.stdout.write(json.dumps({name: globals()[name]() for name in sys.argv[1:]}) + "\n")
