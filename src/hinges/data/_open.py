"""Data by one word: a file's path or the name of an example."""

from collections.abc import Sequence
from pathlib import Path

from hinges.data._dataset import Column, Dataset
from hinges.data._examples import example, examples
from hinges.errors import InvalidInputError


def open_data(
    source: str,
    *,
    x: Column | Sequence[Column] | None = None,
    y: Column | Sequence[Column] | None = None,
    drop: bool = False,
) -> Dataset:
    """Give the dataset in a file, or the example of that name where there is no such file."""
    if Path(source).exists():
        return Dataset.read(source, x=x, y=y, drop=drop)
    if source in examples():
        named = "x" if x is not None else "y" if y is not None else ""
        if named:
            raise InvalidInputError(f"{named} names columns of a file, and {source} is an example: leave {named} out")
        return example(source)
    raise InvalidInputError(
        f"there is no file {source}, and no example of that name (examples: {', '.join(examples())})"
    )
