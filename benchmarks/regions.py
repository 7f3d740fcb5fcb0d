"""Regions of a plane: time against one forward pass at their own vertices, in one process, on one thread."""

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import time
from itertools import pairwise

import numpy as np
from _timing import best_seconds, row

from hinges import Network
from hinges.analysis import Plane, count_regions, regions


def network(*sizes: int) -> Network:
    """Give a network as torch starts it: weights and biases up to 1 / sqrt(inputs)."""
    rng = np.random.default_rng(0)
    pairs = list(pairwise(sizes))
    return Network.dense(
        [rng.uniform(-1.0, 1.0, pair) / np.sqrt(pair[0]) for pair in pairs],
        [rng.uniform(-1.0, 1.0, pair[1]) / np.sqrt(pair[0]) for pair in pairs],
    )


def main() -> None:
    plane = Plane.inputs()
    begin = time.perf_counter()
    regions(network(2, 16, 16, 1), plane)
    row("first call of all, 2-16-16-1: seconds (in integers)", time.perf_counter() - begin, "s")
    begin = time.perf_counter()
    regions(network(2, 64, 64, 1), plane)
    row(
        "first call that needs the compiled loops: seconds (compiled once, then cached)",
        time.perf_counter() - begin,
        "s",
    )
    small = network(2, 16, 16, 1)
    seconds = best_seconds(lambda: regions(small, plane), 200)
    row(f"2-16-16-1, {len(regions(small, plane))} regions with certificate: milliseconds", 1e3 * seconds, "ms")
    for sizes, repeats in (((2, 64, 64, 64, 1), 9), ((2, 128, 128, 128, 1), 7), ((2, 256, 256, 256, 1), 3)):
        net = network(*sizes)
        found = regions(net, plane)
        name = "-".join(map(str, sizes))
        vertices = np.array(found.vertices)
        forward = best_seconds(lambda net=net, vertices=vertices: net(vertices), repeats)
        work = best_seconds(lambda net=net: regions(net, plane), repeats)
        row(f"{name}, {len(found)} regions: regions() / forward pass at {len(vertices)} vertices", work / forward)
        work = best_seconds(lambda net=net: count_regions(net, plane), max(2, repeats // 2))
        row(f"{name}: count_regions() / the same forward pass", work / forward)
        begin = time.perf_counter()
        linear = found.count("linear")
        row(f"{name}: linear regions ({linear}) / the same forward pass", (time.perf_counter() - begin) / forward)


if __name__ == "__main__":
    main()
