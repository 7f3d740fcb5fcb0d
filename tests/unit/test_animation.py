"""A run as a GIF: frames on one set of axes, thinned to a budget, written whole or not at all."""

from itertools import pairwise

import numpy as np
import pytest

from hinges import Dataset, InvalidInputError, Network, Snapshot
from hinges.draw import Points, Polyline, save_animation
from hinges.draw._animation import _scenes, _thinned

pytestmark = pytest.mark.needs("matplotlib")

DATA = Dataset([0.0, 1.0, 2.0, 3.0], [2.0, 0.0, 1.0, 4.0])
CLASSES = Dataset([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [0, 1, 2])


def line(step):
    """Give a snapshot of two units, one of which bends at step / 100."""
    network = Network.dense([[[1.0, -1.0]], [[1.0], [0.5]]], [[-step / 100, 9.0], [0.0]])
    return Snapshot(step, 1.0 / (1 + step), network)


def plane(step):
    return Snapshot(step, 1.0, Network.dense([[[0.0, step, 0.0], [0.0, 0.0, step]]], [[0.1, 0.0, 0.0]]))


def frames_of(path):
    from PIL import Image, ImageSequence

    with Image.open(path) as picture:
        return [(frame.convert("RGB"), frame.info["duration"]) for frame in ImageSequence.Iterator(picture)]


def test_a_gif_plays_the_run(tmp_path):
    path = save_animation(map(line, (0, 100, 200)), tmp_path / "run.gif", data=DATA, seconds=1.5, width=300)
    frames = frames_of(path)
    assert [duration for _, duration in frames] == [500, 500, 2000]
    assert frames[0][0].size == (300, 144)
    pixels = [np.asarray(frame) for frame, _ in frames]
    assert all((a != b).any() for a, b in pairwise(pixels))
    assert [file.name for file in tmp_path.iterdir()] == ["run.gif"]


def test_frames_show_data_function_kinks_and_the_loss_so_far():
    kept, loss = _thinned(map(line, (0, 100, 200)), 60)
    scenes = _scenes(kept, loss, DATA, 840.0)
    assert [scene.panels[0].title for scene in scenes] == ["After 0 steps", "After 100 steps", "After 200 steps"]
    assert len({(scene.panels[0].x_range, scene.panels[0].y_range) for scene in scenes}) == 1
    assert len({(scene.panels[1].x_range, scene.panels[1].y_range) for scene in scenes}) == 1
    first, second = scenes[1].panels
    dots = [mark for mark in first.marks if isinstance(mark, Points)]
    np.testing.assert_array_equal(dots[0].y, DATA.y[:, 0])
    assert [dot.x.tolist() for dot in dots[1:]] == [[1.0]]  # the kink of the unit inside the picture
    assert first.note == "1 of 2 units bend in this picture"
    (curve,) = (mark for mark in second.marks if isinstance(mark, Polyline))
    assert curve.x.tolist() == [0, 100]
    assert curve.y.tolist() == [1, 1 / 101]


def test_two_inputs_show_their_classes():
    kept, loss = _thinned(map(plane, (0, 1)), 60)
    panels = [scene.panels[0] for scene in _scenes(kept, loss, CLASSES, 840.0)]
    assert [panel.note for panel in panels] == ["accuracy 33.3%", "accuracy 100.0%"]
    assert panels[0].square


@pytest.mark.parametrize("count", [1, 2, 59, 60, 61, 900])
def test_snapshots_are_thinned_to_both_ends_and_what_lies_between(count):
    kept, (steps, losses) = _thinned(map(line, range(count)), 60)
    assert len(kept) == len({each.step for each in kept}) <= 60
    assert len(kept) >= min(count, 30)
    assert (kept[0].step, kept[-1].step) == (0, count - 1)
    assert [each.step for each in kept] == sorted(each.step for each in kept)
    assert len(steps) == len(losses) == count


@pytest.mark.parametrize(
    ("snapshots", "options", "sentence"),
    [
        ([], {}, "snapshots is empty"),
        ([line(0)], {"path": "run.mp4"}, "path must end in .gif"),
        ([line(0)], {"frames": 1}, "frames must be at least 2"),
        ([line(0)], {"seconds": 0}, "seconds"),
        ([3], {}, r"snapshots\[0\]"),
        ([plane(0)], {}, "give data="),
        ([plane(0)], {"data": DATA}, "data has 1 inputs"),
        ([Snapshot(0, 1.0, Network.dense([np.ones((3, 1))], [[0.0]]))], {}, "3 inputs"),
        ([Snapshot(0, np.nan, line(0).network)], {}, "no positive finite loss"),
        ([line(0)], {"path": "no/such/folder/run.gif"}, "cannot write"),
    ],
)
def test_what_cannot_be_animated_is_said(snapshots, options, sentence, tmp_path):
    options = dict(options)
    path = tmp_path / options.pop("path", "run.gif")
    with pytest.raises(InvalidInputError, match=sentence):
        save_animation(snapshots, path, width=220, **options)
    assert list(tmp_path.iterdir()) == []
