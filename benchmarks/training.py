"""How fast training is: the forum's job against Keras 3 on its JAX backend and a plain C loop, in the same run.

    KERAS_BACKEND=jax python benchmarks/training.py [--epochs-of-keras 300]

Keras runs `model.fit` for fewer epochs than hinges; the others are added at the time of one, since it does not
depend on how many there are. Both are float64, record the loss (Keras of every epoch, hinges at 200 moments of the
run) and start compiled. C needs `cc`.
"""

import argparse
import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import numpy as np

from hinges import Dataset, Training, example
from hinges.train import train_many
from hinges.train._program import program

sys.path.insert(0, str(Path(__file__).parent))
from _timing import best_seconds, row

EPOCHS = 10_000
UNITS, BATCH = 10, 32
LOOP = Path(__file__).parent / "training_loop.c"


def keras_job(epochs: int, split: float) -> tuple[float, float]:
    """Give the seconds of Keras for the whole job, its compilation not counted, and of one epoch in it.

    A fit of a few epochs is taken from one of many, so that what every fit costs once is counted once.
    """
    os.environ.setdefault("KERAS_BACKEND", "jax")
    import keras

    jax.config.update("jax_enable_x64", True)
    keras.backend.set_floatx("float64")
    data = example("sine")
    x, y = (data.x[:135], data.y[:135]) if not split else (data.x, data.y)
    model: Any = keras.Sequential(
        [keras.Input((1,)), keras.layers.Dense(UNITS, activation="relu"), keras.layers.Dense(1)]
    )
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mse")

    def work(count: int) -> float:
        start = time.perf_counter()
        model.fit(x, y, epochs=count, batch_size=BATCH, validation_split=split, verbose=0)
        return time.perf_counter() - start

    work(2)
    few = max(1, epochs // 6)
    short, long = (min(work(count) for _ in range(3)) for count in (few, epochs))
    epoch = (long - short) / (epochs - few)
    return long + (EPOCHS - epochs) * epoch, epoch


def hinges_seconds(settings: Training, seeds: int, data: Dataset) -> float:
    return best_seconds(lambda: train_many(data, settings, range(seeds)), repeats=3 if seeds == 1 else 2)


def c_loop() -> Callable[[int], float] | None:
    """Give the seconds of a plain C loop for so many seeds, one after the other; None without a compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    folder = Path(tempfile.mkdtemp())
    flags = ["-O3", "-march=native", "-ffast-math", "-shared", "-fPIC"]
    subprocess.run([compiler, *flags, str(LOOP), "-o", str(folder / "loop.so"), "-lm"], check=True)  # noqa: S603
    library = ctypes.CDLL(str(folder / "loop.so"))
    library.train.restype = ctypes.c_double
    data = example("sine")
    x, y = (np.ascontiguousarray(part[:135, 0]) for part in (data.x, data.y))
    pointers = [part.ctypes.data_as(ctypes.POINTER(ctypes.c_double)) for part in (x, y)]

    def seconds(seeds: int) -> float:
        start = time.perf_counter()
        for seed in range(seeds):
            library.train(*pointers, 135, EPOCHS, ctypes.c_ulong(seed + 1))
        return time.perf_counter() - start

    return seconds


def compile_seconds(settings: Training, data: Dataset) -> float:
    """Give how much longer the first short run takes than the second."""
    short = replace(settings, epochs=None, steps=50)
    program.cache_clear()
    start = time.perf_counter()
    train_many(data, short, [0])
    first = time.perf_counter() - start
    start = time.perf_counter()
    train_many(data, short, [1])
    return first - (time.perf_counter() - start)


def recompiled(settings: Training, data: Dataset) -> int:
    """Give how often another seed, another rate and other data of the same shape compile anew."""
    short = replace(settings, epochs=None, steps=50)
    heard: list[str] = []

    def hear(event: str, duration_secs: float, **kwargs: str | int) -> None:  # noqa: ARG001
        heard.append(event)

    jax.monitoring.register_event_duration_secs_listener(hear)
    train_many(data, short, [7])
    train_many(data, replace(short, learning_rate=0.5), [8])
    train_many(Dataset(data.x + 1, -data.y), short, [9])
    return sum("backend_compile" in event for event in heard)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs-of-keras", type=int, default=300)
    parser.add_argument("--without-256", action="store_true", help="leave out the 256 seeds, which take longest")
    options = parser.parse_args()
    data, forum = example("sine"), Training.forum()
    first = Dataset(data.x[:135], data.y[:135])
    many = float("nan")
    row("compiling the loop", compile_seconds(forum, data), "s (at most 2)")
    row("compilations for another seed, rate and data of the same shape", recompiled(forum, data), "(none)")
    plain = hinges_seconds(replace(forum, validation=0.0), 1, first)
    held = hinges_seconds(forum, 1, data)
    row(f"hinges, {EPOCHS} epochs, one seed", plain, "s")
    row(f"hinges, {EPOCHS} epochs, one seed, a tenth held out", held, "s")
    for name, ours, split, bar in (("", plain, 0.0, 100), (", a tenth held out on both sides", held, 0.1, 300)):
        keras, epoch = keras_job(options.epochs_of_keras, split)
        row(f"Keras, an epoch{name} (of {options.epochs_of_keras} measured)", 1e3 * epoch, "ms")
        row(f"  times faster than Keras{name}", keras / ours, f"x (at least {bar})")
        if not split and not options.without_256:
            many = hinges_seconds(replace(forum, validation=0.0), 256, first) / 256
            row("hinges, 256 seeds at once, a step and seed", many / EPOCHS / 5 * 1e6, "us")
            row("  times faster a network than Keras, 256 seeds", keras / many, "x (at least 250)")
    loop = c_loop()
    if loop is not None:
        seconds = min(loop(4) for _ in range(2)) / 4
        row("plain C, a step and seed", seconds / EPOCHS / 5 * 1e6, "us")
        row("  C is so many times ahead of one seed here", plain / seconds)
        if not options.without_256:
            row("  and of 256 seeds at once", many / seconds)


if __name__ == "__main__":
    main()
