"""Cells of small networks with convolutions, residual connections and poolings against rational arithmetic."""

import graph_plane
from small_graphs import MAKERS, STYLES, small_graph

from hinges.analysis._cells import cells
from hinges.analysis._lowered import lowered

SEEDS = range(100, 104)
HALF = 0.3


def wrong(network, base):
    """Give how many of three counts differ: cells as the network stands, linear regions, those after fusing."""
    bounds = (-HALF, HALF, -HALF, HALF)
    oracle = graph_plane.cells(network, base, bounds)
    linear = graph_plane.linear_count(oracle)
    fused = cells(network, base, bounds, keep_geometry=False)
    apart = cells(network, base, bounds, keep_geometry=False, fuse=False)
    differ = (apart.activation != len(oracle)) + (apart.linear != linear) + (fused.linear != linear)
    return differ, fused.unresolved + apart.unresolved


def test_cells_are_those_of_rational_arithmetic(record):
    cases = [(maker, style, seed) for maker in MAKERS for style in STYLES for seed in SEEDS]
    bad = unresolved = 0
    for maker, style, seed in cases:
        network, base = small_graph(maker, style, seed)
        differ, left = wrong(lowered(network).network, base)
        bad += bool(differ)
        unresolved += left
    what = "networks with convolutions, residual connections or poolings, in seven styles"
    record(f"{what}: cells compared", len(cases), ">= 190")
    record(f"{what}: counts that differ from rational arithmetic", bad, "== 0")
    record(f"{what}: decisions left open", unresolved, "== 0")
