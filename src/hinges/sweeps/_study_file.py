"""Studies in files: TOML that says which sweep to make."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hinges import _arrays, _files
from hinges.data import Dataset, examples, open_data
from hinges.errors import InvalidInputError

LARGEST = 2**20  # bytes
KEYS = ("data", "seeds", "method", "below", "path", "jobs", "together", "settings", "grid")
METHODS = ("training", "forum", "best", "levenberg-marquardt", "random-search", "variable-projection")
MOST_SEEDS = 1_000_000


@dataclass(frozen=True, eq=False)
class StudyFile:
    """What a study's file asks for: the arguments of `sweep`, and the loss below which a network counts as good."""

    data: dict[str, Dataset]
    methods: dict[str, Any]
    seeds: tuple[int, ...]
    below: float
    path: Path | None
    jobs: int | None
    together: int | None
    settings: dict[str, Any]

    def arguments(self, *, jobs: int | None = None) -> dict[str, Any]:
        """Give the arguments of `sweep`, with other `jobs` where they are given."""
        together = {} if self.together is None else {"together": self.together}
        jobs = self.jobs if jobs is None else jobs
        return {
            "data": self.data, "method": self.methods, "seeds": self.seeds, "path": self.path, "jobs": jobs,
            **together, **self.settings,
        }  # fmt: skip


def read_study(path: str | Path) -> StudyFile:
    """Give the study in a TOML file.

    Raises:
        InvalidInputError: there is no such file, it is no TOML, or one of its keys or values is not known.
    """
    file = _files.existing_file(path)
    try:
        said = _parsed(file)
        unknown = [key for key in said if key not in KEYS]
        if unknown:
            raise InvalidInputError(f"{unknown[0]} is not known in a study, which may have {', '.join(KEYS)}")
        if "data" not in said:
            raise InvalidInputError(f"data is missing: give an example ({', '.join(examples())}) or a file")
        return StudyFile(
            data=_data(said["data"], file.parent),
            methods=_methods(said.get("method", "training"), said.get("settings"), said.get("grid")),
            seeds=_seeds(said.get("seeds", 64)),
            below=_arrays.number(said.get("below", 0.01), "below"),
            path=None if "path" not in said else file.parent / _text(said["path"], "path"),
            jobs=None if "jobs" not in said else _arrays.count(said["jobs"], "jobs", minimum=-1),
            together=None if "together" not in said else _arrays.count(said["together"], "together"),
            settings=_settings(said.get("settings", {}), said.get("grid", {})),
        )
    except InvalidInputError as error:
        raise InvalidInputError(f"{file}: {error}") from None


def _parsed(file: Path) -> dict[str, Any]:
    if file.stat().st_size > LARGEST:
        raise InvalidInputError(f"it has more than {LARGEST} bytes, too many for a study")
    try:
        return tomllib.loads(file.read_bytes().decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInputError(f"it is not TOML: {_files.short(str(error))}") from None


def _data(said: Any, folder: Path) -> dict[str, Dataset]:
    if isinstance(said, str):
        said = [said]
    named = said if isinstance(said, dict) else {Path(_text(each, "data")).stem: each for each in _list(said, "data")}
    if not isinstance(said, dict) and len(named) < len(said):
        raise InvalidInputError(
            "data names two sets alike: give them names of their own, data = { one = ..., two = ... }"
        )
    return {name: _opened(_text(source, f"data.{name}"), folder) for name, source in named.items()}


def _opened(source: str, folder: Path) -> Dataset:
    file = folder / source
    return open_data(str(file) if file.exists() else source)


def _methods(said: Any, settings: Any, grid: Any) -> dict[str, Any]:
    names = [said] if isinstance(said, str) else _list(said, "method")
    return {_arrays.choice(name, "method", METHODS): _method(name, settings, grid) for name in names}


def _method(name: str, settings: Any, grid: Any) -> Any:
    from hinges import train
    from hinges.optimal import Best

    if name == "best":  # has no default size: the one it starts from is one that the study replaces
        given = [key for part in (settings, grid) if isinstance(part, dict) for key in part]
        size = next((key for key in ("units", "pieces", "tolerance") if key in given), None)
        if size is None:
            raise InvalidInputError('method = "best" needs units, pieces or tolerance in [settings] or [grid]')
        return {"units": Best(units=1), "pieces": Best(pieces=1), "tolerance": Best(tolerance=1.0)}[size]
    if name == "forum":
        return train.Training.forum()
    kinds = {"training": "Training", "levenberg-marquardt": "LevenbergMarquardt", "random-search": "RandomSearch"}
    return getattr(train, kinds.get(name, "VariableProjection"))()


def _seeds(said: Any) -> tuple[int, ...]:
    if isinstance(said, list):
        return tuple(said)
    return tuple(range(_arrays.count(said, "seeds", maximum=MOST_SEEDS)))


def _settings(settings: Any, grid: Any) -> dict[str, Any]:
    """Give one value or a list of them for every setting."""
    for name, part in (("settings", settings), ("grid", grid)):
        if not isinstance(part, dict):
            raise InvalidInputError(f"{name} must be a table: [{name}]")
    twice = [name for name in grid if name in settings]
    if twice:
        raise InvalidInputError(f"{twice[0]} stands in [settings] and in [grid]")
    taken = [name for name in (*settings, *grid) if name in KEYS or name == "progress"]
    if taken:
        raise InvalidInputError(f"{taken[0]} is no setting of a method: it stands before the tables")
    lists = {name: [_value(each) for each in _list(values, f"grid.{name}")] for name, values in grid.items()}
    return {**{name: _value(value) for name, value in settings.items()}, **lists}


def _value(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidInputError(f"{name} must be a list, not {value!r}")
    return value


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise InvalidInputError(f"{name} must be a text, not {value!r}")
    return value
