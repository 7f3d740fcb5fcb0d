"""A thousand small networks in eight degenerate families against rational arithmetic: planes and lines."""

from fractions import Fraction

import numpy as np
from degenerate import FAMILIES
from line_oracle import output_at, walk
from plane_oracle import linear_count, pattern_set

from hinges.analysis import Line, Plane, _mesh_tile, regions, slice_along

SEEDS = range(125)
SQUARE = ([0.0, 0.0], [1.0, 0.0], [0.0, 1.0], (-1, 1, -1, 1))
ULP = 2.0**-52


def test_planes(record, monkeypatch):
    """Every other network goes through the compiled mesh, the others through integers from the start."""
    monkeypatch.setattr(_mesh_tile, "KERNELS", "not loaded")
    compared = wrong = left_open = 0
    for name, family in FAMILIES.items():
        for seed in SEEDS:
            network = family(np.random.default_rng([seed, len(name)]))
            monkeypatch.setattr(_mesh_tile, "PATIENCE", -1.0 if seed % 2 else float("inf"))
            found = regions(network, Plane.inputs())
            same = set(map(tuple, found.patterns.tolist())) == pattern_set(network, *SQUARE)
            same &= len(found.patterns) == len(found) and found.count("linear") == linear_count(network, *SQUARE)
            compared += 1
            wrong += not same
            left_open += not found.certificate.certified
    record("networks in eight degenerate families, regions of a plane: compared", compared, "== 1000")
    record("their pattern sets or linear counts that differ from rational arithmetic", wrong, "== 0")
    record("of them not certified", left_open, "== 0")


def test_lines(record):
    compared = wrong = left_open = 0
    place = value = 0.0
    for name, family in FAMILIES.items():
        for seed in SEEDS:
            rng = np.random.default_rng([seed, len(name)])
            network = family(rng)
            ends = rng.integers(-4, 5, size=(2, 2)) / 4
            if (ends[0] == ends[1]).all():
                ends[1] = ends[0] + 1.0
            found, exact = slice_along(network, Line.between(*ends)), walk(network, *ends)
            owners = [{(unit.layer, unit.index) for unit in units} for units in found.owners]
            compared += 1
            left_open += not found.certificate.certified
            if owners != exact.owners or (~found.silent).tolist() != exact.bends:
                wrong += 1
                continue
            inner = found.y[1:-1, 0].tolist()
            for t, true, y in zip(found.t[1:-1].tolist(), exact.places, inner, strict=True):
                place = max(place, float(abs(Fraction(t) - true)) / ULP)
                scale = max(1.0, float(np.abs(found.y).max()))
                value = max(value, abs(float(Fraction(y) - output_at(network, ends[0], ends[1], true)[0])) / scale)
    record("networks in eight degenerate families, lines: compared", compared, "== 1000")
    record("of them with other kinks, owners or bends than in rational arithmetic", wrong, "== 0")
    record("of them not certified", left_open, "== 0")
    record("largest distance of a kink from its true place, in ulp of the interval", place, "<= 64")
    record("largest error of an output at a kink, relative to the outputs", value, "<= 1e-13")
