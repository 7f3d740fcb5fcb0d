"""The model and the points that a command is asked about."""

import math
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from hinges._arrays import Floats
from hinges.data import Dataset, open_data
from hinges.errors import InvalidInputError
from hinges.nets import Network

ModelArgument = Annotated[
    str, typer.Argument(help="A .onnx, .keras, .pt2, .npz or .json file, or an example network.", show_default=False)
]
ShapeOption = Annotated[
    str | None,
    typer.Option(help="Shape of one input, such as 1,28,28, if the file does not tell.", show_default=False),
]
DataOption = Annotated[
    str | None, typer.Option(help="A file or example whose rows --point may name.", show_default=False)
]
POINT_HELP = 'Numbers such as "0.5,1"; zeros; or, with --data, mean or row:N.'


def open_model(path: Path, input_shape: str | None) -> Network:
    """Give the network of a file."""
    from hinges.interop import load

    return load(path, input_shape=None if input_shape is None else _shape(input_shape))


def _shape(text: str) -> tuple[int, ...]:
    sizes = text.replace("x", ",").split(",")
    if not all(size.strip().isdecimal() for size in sizes):
        raise InvalidInputError(f"--input-shape must be whole numbers such as 1,28,28, not {text!r}")
    return tuple(int(size) for size in sizes)


def open_rows(source: str | None) -> Dataset | None:
    """Give the data of --data, if there are any."""
    return None if source is None else open_data(source)


def point_of(text: str, option: str, network: Network, rows: Dataset | None) -> Floats:
    """Give the point (inputs,) that a text stands for: numbers, zeros, mean or row:N."""
    if text == "zeros":
        return np.zeros(network.inputs)
    named = text == "mean" or text.startswith("row:")
    point = _of_rows(text, option, rows) if named else numbers(text, option)
    if len(point) != network.inputs:
        raise InvalidInputError(f"{option} has {len(point)} numbers: the network reads {network.inputs}")
    return point


def _of_rows(text: str, option: str, rows: Dataset | None) -> Floats:
    if rows is None:
        raise InvalidInputError(f"{option} {text} needs --data: a file, or the name of an example")
    if text == "mean":
        return rows.x.mean(axis=0)
    number = text.removeprefix("row:")
    if not number.isdecimal() or int(number) >= len(rows):
        raise InvalidInputError(f"{option} {text!r} is no row: --data has the rows 0 to {len(rows) - 1}")
    return np.array(rows.x[int(number)])


def numbers(text: str, option: str) -> Floats:
    """Give the numbers of a text such as "0.5,-1"."""
    found: list[float] = []
    for i, word in enumerate(text.split(",")):
        try:
            found.append(float(word))
        except ValueError:
            found.append(math.nan)
        if not math.isfinite(found[-1]):
            raise InvalidInputError(f"{option}[{i}] is {word.strip()!r}, not a finite number: write 0.5,1 or such")
    return np.array(found)
