"""Pictures of slices, interest maps and regions: what is drawn is what was found."""

from itertools import pairwise

import numpy as np
import pytest

from hinges import InvalidInputError, Line, Network, Plane, regions, scene, slice_along, sweep_features
from hinges.draw import Heat, Polygons, Polyline, Rug, Text, save_picture, text_picture


def network(outputs=1, seed=3):
    rng = np.random.default_rng(seed)
    sizes = (2, 6, 5, outputs)
    weights = [rng.normal(size=pair) for pair in pairwise(sizes)]
    return Network.dense(weights, [rng.normal(size=units) for units in sizes[1:]])


LINES = (Line.between([-1, -1], [1, 1]), Line.along_feature([0.0, 0.5], 0, -1, 1))


def of(kind, picture):
    return [mark for mark in picture.panels[0].marks if isinstance(mark, kind)]


class TestSlices:
    def test_the_curve_goes_through_the_breakpoints(self):
        found = slice_along(network(), LINES[0])
        (curve,) = of(Polyline, scene(found))
        np.testing.assert_array_equal(curve.x, found.coordinate)
        np.testing.assert_array_equal(curve.y, found.y[:, 0])
        quiet, loud = of(Rug, scene(found))
        assert len(quiet.x) + len(loud.x) == len(found.owners)
        assert len(quiet.x) == found.silent.sum()
        assert f"{len(found.owners)} kinks" in scene(found).panels[0].note

    def test_units_and_their_sum(self):
        found = slice_along(network(), LINES[1])
        units = np.array([curve.y for curve in of(Polyline, scene(found, "units"))])
        hidden = np.maximum(LINES[1].points(found.t) @ network().weights[0] + network().biases[0], 0)
        np.testing.assert_allclose(units, hidden.T, atol=1e-14)
        (total,) = of(Polyline, scene(found, "sum"))
        np.testing.assert_allclose(total.y, hidden.sum(axis=1), atol=1e-13)

    def test_several_outputs_are_named(self):
        assert "output 2" in text_picture(slice_along(network(3), LINES[0]))

    @pytest.mark.parametrize("view", ["outputs", "units", "sum"])
    def test_a_grid_has_a_panel_a_line(self, view):
        picture = scene([slice_along(network(), Line.along_feature([0, t], 0)) for t in np.linspace(0, 1, 8)], view)
        assert (len(picture.panels), picture.columns, picture.rows) == (8, 6, 2)

    def test_samples_say_that_they_are(self):
        picture = scene(slice_along(network(), LINES[0], samples=9))
        (curve,) = of(Polyline, picture)
        assert (curve.sampled, len(curve.x)) == (True, 9)
        assert "sampled" in picture.panels[0].note

    def test_a_list_of_other_things_is_refused(self):
        with pytest.raises(InvalidInputError):
            scene([slice_along(network(), LINES[0]), 3])
        with pytest.raises(InvalidInputError):
            scene([])

    def test_the_map_of_interest(self):
        rng = np.random.default_rng(0)
        wide = Network.dense([rng.normal(size=(9, 4)), np.ones((4, 1))], [np.zeros(4), [0.0]])
        found = sweep_features(wide, 0.1 * np.ones(9), low=-1.0)
        (heat,) = of(Heat, scene(found))
        np.testing.assert_allclose(heat.shades.ravel() * found.kinks.max(), found.kinks)
        (heat,) = of(Heat, scene(found, "bend"))
        assert heat.shades.shape == (3, 3)


class TestRegions:
    @pytest.mark.parametrize("view", ["slope", "pattern", "linear", "output"])
    def test_every_region_is_a_polygon(self, view):
        found = regions(network(), Plane.inputs())
        picture = scene(found, view)
        drawn = of(Polygons, picture)[0]
        assert len(drawn.shades) == len(found)
        assert picture.panels[0].title.startswith(f"{len(found)} activation regions, {found.count('linear')} linear")

    def test_colours_change_just_at_the_decision_boundaries(self, tmp_path):
        classes = network(3, seed=4)
        found = regions(classes, Plane.inputs())
        picture = scene(found, "output")
        whole, divided = of(Polygons, picture)
        rng = np.random.default_rng(0)
        points = rng.uniform(-1, 1, (300, 2))
        winners = classes(points).argmax(axis=1)
        shades = [next(mark.shades[i] for mark in (divided, whole) for i in inside(mark, point)) for point in points]
        pairs = set(zip(winners.tolist(), shades, strict=True))
        assert len(pairs) == len(set(winners)) == len(set(shades))  # one colour a winner
        assert len(pairs) > 1
        assert {text.text for text in of(Text, picture)} <= {"0", "1", "2"}
        assert save_picture(picture, tmp_path / "map.svg").stat().st_size > 1000


def inside(mark, point):
    """Give the polygons that hold a point."""
    for i, (start, stop) in enumerate(zip(mark.starts[:-1], mark.starts[1:], strict=True)):
        corners = np.column_stack([mark.x[start:stop], mark.y[start:stop]])
        step, away = np.roll(corners, -1, axis=0) - corners, point - corners
        if (step[:, 0] * away[:, 1] - step[:, 1] * away[:, 0] >= 0).all():
            yield i
