"""The question `train`: networks trained while a page watches; and `change`, which says how to go on.

What is asked is checked here; the training itself is in `hinges.lab._floor`, in processes that several pages share.
"""

from typing import Any

from hinges.errors import HingesError, InvalidInputError
from hinges.lab import _materials
from hinges.lab.questions import _checks
from hinges.train import Training

FIELDS = ("data", "runs", "seeds", "seed", "steps", "shown", "pace", "paused")
CHANGES = ("learning_rate", "paused", "shown", "pace", "advance", "finish")
OPTIMIZERS = ("adam", "sgd", "rmsprop")
MOST_RUNS = 6
MOST_SEEDS = 64
MOST_STEPS = 10_000_000
MOST_LAYERS, WIDEST = 4, 256
LARGEST_RATE = 1e6
NUMBERS = {"l1": 1e6, "l2": 1e6, "validation": 0.9}
FLAGS = ("standardize", "relocate")
TEXTS = ("activation", "init", "kinks", "schedule", "loss")


def check(given: dict[str, Any]) -> dict[str, Any]:
    """Give the arguments, with the settings of every run as `hinges.Training` takes them."""
    _checks.known_only(given, "the question train", FIELDS)
    runs = given.get("runs")
    if not isinstance(runs, list) or not 0 < len(runs) <= MOST_RUNS:
        raise InvalidInputError(f"runs must be a list of 1 to {MOST_RUNS} objects with settings")
    seeds = _checks.whole(given.get("seeds", 1), "seeds", least=1, most=MOST_SEEDS)
    steps = _checks.whole(given.get("steps", 10_000), "steps", least=1, most=MOST_STEPS)
    return {
        "data": _materials.checked_data(given.get("data")),
        "runs": [_settings(run, f"runs[{i}]", steps) for i, run in enumerate(runs)],
        "seeds": seeds,
        "seed": _checks.whole(given.get("seed", 0), "seed", most=2**53),
        "shown": _checks.whole(given.get("shown", 0), "shown", most=seeds - 1),
        "pace": _pace(given.get("pace")),
        "paused": _checks.flag(given.get("paused", False), "paused"),
    }


def check_change(given: dict[str, Any]) -> dict[str, Any]:
    """Give what is to change in a training that is on."""
    _checks.known_only(given, "the question change", CHANGES)
    if not given:
        raise InvalidInputError(f"the question change needs one of {', '.join(CHANGES)}")
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name == "learning_rate":
            several = value if isinstance(value, list) else [value]
            if not 0 < len(several) <= MOST_RUNS:
                raise InvalidInputError(f"learning_rate must be a number, or one for each of at most {MOST_RUNS} runs")
            found[name] = [_rate(each, name) for each in several]
        elif name in {"paused", "finish"}:
            found[name] = _checks.flag(value, name)
        elif name == "pace":
            found[name] = _pace(value)
        else:
            found[name] = _checks.whole(value, name, most=MOST_SEEDS - 1 if name == "shown" else MOST_STEPS)
    return found


def _settings(given: Any, name: str, steps: int) -> dict[str, Any]:
    """Give the settings of one run, and the reference to the network that it goes on from if there is one."""
    if not isinstance(given, dict):
        raise InvalidInputError(f"{name} must be an object with settings")
    known = ("hidden", "learning_rate", "batch_size", "optimizer", "start", *FLAGS, *TEXTS, *NUMBERS)
    _checks.known_only(given, name, known)
    found: dict[str, Any] = {"steps": steps}
    for key, value in given.items():
        found[key] = _setting(key, value, f"{name}.{key}")
    start = found.pop("start", None)
    try:
        Training(**found)
    except HingesError as error:
        raise InvalidInputError(f"{name}: {error}") from None
    return found | ({"start": start} if start else {})


def _setting(key: str, value: Any, name: str) -> Any:
    if key == "hidden":
        if not isinstance(value, list) or not 0 < len(value) <= MOST_LAYERS:
            raise InvalidInputError(f"{name} must be a list of 1 to {MOST_LAYERS} widths")
        return tuple(_checks.whole(each, f"{name}[{i}]", least=1, most=WIDEST) for i, each in enumerate(value))
    if key == "start":
        return _materials.checked_network(value, name)
    if key == "learning_rate":
        return _rate(value, name)
    if key == "batch_size":
        return None if value is None else _checks.whole(value, name, least=1, most=10_000)
    if key == "optimizer":
        return _checks.choice(value, name, OPTIMIZERS)
    if key in FLAGS:
        return _checks.flag(value, name)
    if key in NUMBERS:
        return _checks.within(value, name, 0.0, NUMBERS[key])
    return _checks.shown(value)  # a choice, which `Training` knows


def _rate(value: Any, name: str) -> float:
    rate = _checks.within(value, name, 0.0, LARGEST_RATE)
    if rate == 0.0:
        raise InvalidInputError(f"{name} must be greater than 0")
    return rate


def _pace(value: Any) -> float | None:
    return None if value is None else _checks.within(value, "pace", 0.1, 1e9)


def answer(arguments: dict[str, Any]) -> Any:
    """Train without pauses in this process, and give the last frame."""
    from hinges.lab._race import Race

    race = Race({**arguments, "pace": None, "paused": False})
    race.prepare()
    while not race.is_over:
        race.turn()
    return race.last_frame()
