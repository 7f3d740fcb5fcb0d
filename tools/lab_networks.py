# ruff: noqa: INP001 - a script, not part of a package
"""Trains the networks that stations of the lab show before anybody brings one, and writes them as .npz files.

    python tools/lab_networks.py [NAME ...]

Weights are rounded to float32, which is exact when they are read again, and halves the files. What each of them is
like (loss, share of the rows right) is printed, of rows held out where there are any.
"""

import sys
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np

from hinges import Dataset, Network, Training, example, load
from hinges.interop import save
from hinges.train import train_many

OUT = Path(__file__).resolve().parents[1] / "src" / "hinges" / "lab" / "networks"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of the zip format: equal networks give equal files


def digits(*, standardize: bool) -> tuple[Network, str]:
    """Give 64-128-10 on the digits, in a fixed random order so that the fifth held out is like the rest."""
    data = example("digits")
    order = np.random.default_rng(0).permutation(len(data))
    rows = Dataset(data.x[order], data.y[order])
    settings = Training(
        hidden=(128,), loss="cross-entropy", standardize=standardize, kinks="init", schedule="constant",
        learning_rate=1e-3, epochs=20, validation=0.2, relocate=False,
    )  # fmt: skip
    batch = train_many(rows, settings, [0])
    assert batch.validation_accuracy_history is not None
    right = float(batch.validation_accuracy_history[-1, 0])
    scaled = "inputs standardised, which is folded into the weights" if standardize else "pixels from 0 to 1"
    return batch.network(0), f"64-128-10 on the digits, {scaled}: {right:.1%} of the rows held out are right"


def spiral(hidden: tuple[int, ...]) -> tuple[Network, str]:
    """Give the best of 16 networks on the spiral."""
    data = example("spiral")
    settings = Training(hidden=hidden, loss="cross-entropy", learning_rate=3e-2, steps=20_000, batch_size=None)
    batch = train_many(data, settings, range(16))
    assert batch.accuracy_history is not None
    best = int(np.lexsort((batch.losses, -batch.accuracy_history[-1]))[0])
    right = float(batch.accuracy_history[-1, best])
    widths = "-".join(map(str, (2, *hidden, 3)))
    return batch.network(best), f"{widths} on the spiral, the best of 16 seeds: {right:.1%} of the rows are right"


def sine_forum() -> tuple[Network, str]:
    """Give the network of the forum's question whose loss is in the middle of 16 seeds."""
    batch = train_many(example("sine"), Training.forum(), range(16))
    middle = int(np.argsort(batch.losses)[8])
    loss = float(batch.losses[middle])
    return batch.network(
        middle
    ), f"1-10-1 on the sine with the forum's settings, the median of 16 seeds: loss {loss:.4f}"


NETWORKS: dict[str, Callable[[], tuple[Network, str]]] = {
    "digits": lambda: digits(standardize=False),
    "digits-standardized": lambda: digits(standardize=True),
    "spiral": lambda: spiral((64,)),
    "spiral-deep": lambda: spiral((8, 8)),
    "sine-forum": sine_forum,
}


def rounded(network: Network, note: str) -> Network:
    """Give the network with every weight at the nearest float32, and the note."""
    weights = [w.astype(np.float32).astype(np.float64) for w in network.weights]
    biases = [b.astype(np.float32).astype(np.float64) for b in network.biases]
    return Network.dense(weights, biases, network.activations, notes=(note,))


def write(network: Network, path: Path) -> None:
    """Write what `save` writes, its numbers as float32 and packed."""
    save(network, path)
    packed = BytesIO()
    with np.load(path) as arrays, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy", FIRST_DAY)
            member.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(member, "w") as file:
                kept = array.astype(np.float32) if array.dtype == np.float64 else array
                np.lib.format.write_array(file, kept, allow_pickle=False)
    path.write_bytes(packed.getvalue())
    read = load(path)
    same = zip((*read.weights, *read.biases), (*network.weights, *network.biases), strict=True)
    assert all(np.array_equal(one, other) for one, other in same), path


def main(names: list[str]) -> None:
    """Train and write these networks, or all of them."""
    OUT.mkdir(exist_ok=True)
    for name in names or NETWORKS:
        begin = time.perf_counter()
        network, note = NETWORKS[name]()
        path = OUT / f"{name}.npz"
        write(rounded(network, note), path)
        took = time.perf_counter() - begin
        sys.stdout.write(f"{name}: {note}; {path.stat().st_size:,} bytes, {took:.0f} s\n")


if __name__ == "__main__":
    main(sys.argv[1:])
