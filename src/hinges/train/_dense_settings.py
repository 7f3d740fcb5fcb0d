"""The settings that methods in NumPy share: the network's layers, its start and its seed."""

from typing import Any

from hinges import _arrays
from hinges.train._training import CHOICES, MOST_SEED
from hinges.train._widths import checked_widths


def check_dense_settings(method: Any) -> None:
    """Check `hidden`, `activation`, `init`, `kinks`, `standardize` and `seed` of a method that is being made."""
    object.__setattr__(method, "hidden", checked_widths(method.hidden))
    for name in ("activation", "init", "kinks"):
        _arrays.choice(getattr(method, name), name, CHOICES[name])
    _arrays.instance(method.standardize, bool, "standardize")
    _arrays.count(method.seed, "seed", minimum=0, maximum=MOST_SEED)
