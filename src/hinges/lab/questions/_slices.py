"""The question `slices`: a network along straight lines through a point, exactly, as the station Slices draws it.

It has the fields network and data, and `what`:

- about: what there is: sizes, ranges of the inputs, names;
- samples (first, count): some rows;
- look (base, show, sort, page): every input moved by itself from the base, and the curves of one page of them;
- panels (base, show, features): the curves of these;
- line (rows, show): the curves between two rows, with the owners of each kink;
- why (base): why the curves are as straight as they are, in numbers.
"""

from typing import Any

from hinges.errors import InvalidInputError
from hinges.lab import _materials
from hinges.lab.questions import _checks

FIELDS = {
    "about": (),
    "samples": ("first", "count"),
    "look": ("base", "show", "sort", "page"),
    "panels": ("base", "show", "features"),
    "line": ("rows", "show"),
    "why": ("base",),
}
SORTS = ("kinks", "bend", "swing", "position")
PANELS = 36
MOST = 1_000_000  # of a row's or a feature's number, before the data are known
MOST_SAMPLES = 64


def check(given: dict[str, Any]) -> dict[str, Any]:
    """Give the arguments whose kinds and sizes are right; what depends on the files is checked where they are read."""
    what = _checks.choice(given.get("what"), "what", tuple(FIELDS))
    _checks.known_only(given, f"the question slices about {what}", ("network", "data", "what", *FIELDS[what]))
    arguments: dict[str, Any] = {
        "what": what,
        "network": _materials.checked_network(given.get("network")),
        "data": _materials.checked_data(given.get("data")),
    }
    for name in FIELDS[what]:
        arguments[name] = _CHECKS[name](given.get(name), name)
    return arguments


def _row(value: Any, name: str) -> int:
    return _checks.whole(value, name, most=MOST)


def _base(value: Any, name: str) -> int | None:
    return None if value is None else _row(value, name)


def _show(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInputError(f"{name} must be an object with a kind")
    kind = _checks.choice(value.get("kind"), f"{name}.kind", ("outputs", "output", "unit"))
    fields = {"outputs": (), "output": ("index",), "unit": ("layer", "index")}[kind]
    _checks.known_only(value, name, ("kind", *fields))
    return {"kind": kind, **{each: _row(value.get(each), f"{name}.{each}") for each in fields}}


def _list(value: Any, name: str, *, least: int, most: int) -> list[int]:
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise InvalidInputError(f"{name} must be a list of {least} to {most} whole numbers")
    return [_row(each, f"{name}[{i}]") for i, each in enumerate(value)]


_CHECKS = {
    "base": _base,
    "count": lambda value, name: _checks.whole(value, name, least=1, most=MOST_SAMPLES),
    "features": lambda value, name: _list(value, name, least=1, most=PANELS),
    "first": _row,
    "page": _row,
    "rows": lambda value, name: _list(value, name, least=2, most=2),
    "show": _show,
    "sort": lambda value, name: _checks.choice(value, name, SORTS),
}


def is_short(arguments: dict[str, Any]) -> bool:  # noqa: ARG001 - of the usual network all are
    """Tell that a page which is looked through should not wait behind what is trained."""
    return True


def answer(arguments: dict[str, Any]) -> Any:
    """Compute what is asked for."""
    from hinges.lab.questions._slices_lines import Sliced

    given = dict(arguments)
    what = given.pop("what")
    sliced = Sliced.of(given.pop("network"), given.pop("data"))
    return getattr(sliced, what)(**given)
