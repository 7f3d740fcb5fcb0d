"""The notebook widget: what goes into its state comes out again, on both sides."""

from typing import Any

import numpy as np
import pytest

from hinges import InvalidInputError, station
from hinges.lab._static import static_files, stations

pytestmark = [pytest.mark.needs("anywidget")]


@pytest.fixture
def match() -> Any:
    return station("match", activation="linear")


def synced(widget: Any) -> dict[str, object]:
    """Give what a page is told of a widget."""
    return {key: value for key, value in widget.get_state().items() if key in {"station", "state", "_esm", "_css"}}


def test_the_page_is_given_the_station_its_state_and_the_built_front_end(match):
    assert synced(match) == {
        "station": "match",
        "state": {**stations()["match"]["state"], "activation": "linear"},
        "_esm": static_files()["widget.js"].decode(),
        "_css": static_files()["lab.css"].decode(),
    }


def test_every_station_is_a_widget():
    for name, listed in stations().items():
        widget: Any = station(name)
        assert widget.state == listed["state"]


def test_a_state_from_the_page_is_read_in_python(match):
    heard = []
    match.observe(lambda change: heard.append(change["new"]), "state")
    sent = {**match.state, "units": [{"w": 1, "b": -1}, {"w": 2, "b": -4}]}
    match.set_state({"state": sent})
    assert match.state == sent
    assert heard == [sent]


def test_a_state_from_python_is_completed_and_sent(match):
    match.state = {"units": ({"w": np.float64(1), "b": -1}, {"w": 2, "b": np.int64(-4)})}
    units = [{"w": 1, "b": -1}, {"w": 2, "b": -4}]
    assert synced(match)["state"] == {**stations()["match"]["state"], "units": units}
    assert all(type(unit[key]) in {int, float} for unit in match.state["units"] for key in unit)


@pytest.mark.parametrize("state", [{"colour": 1}, {"units": 3}, {"seed": float("nan")}])
def test_what_is_no_state_is_refused_and_changes_nothing(match, state):
    import traitlets

    before = match.state
    with pytest.raises(traitlets.TraitError) as refused:
        match.state = state
    assert str(refused.value).endswith((".", "target, seed, units, activation", "not a number", "must be finite"))
    assert match.state == before


def test_two_widgets_share_nothing(match):
    other: Any = station("match")
    other.state["units"][0]["w"] = 100
    fresh: Any = station("match")
    assert fresh.state == stations()["match"]["state"]
    assert match.state["units"] == stations()["match"]["state"]["units"]


def test_an_unknown_station_or_key_is_one_sentence():
    with pytest.raises(InvalidInputError, match="there is no station 'mtach': the stations are "):
        station("mtach")
    with pytest.raises(InvalidInputError, match="the station match has no colour"):
        station("match", colour=1)


def test_without_anywidget_the_line_to_type_is_given(monkeypatch: pytest.MonkeyPatch):
    import sys

    from hinges import MissingExtraError
    from hinges.lab import _widget

    monkeypatch.setitem(sys.modules, "anywidget", None)
    _widget._widget_class.cache_clear()
    with pytest.raises(MissingExtraError, match=r'pip install "hinges\[lab\]"'):
        station("match")
