"""Labelled images as rows: from IDX files, from a sheet of sprites, and Fashion-MNIST from where it is found."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hinges import _arrays, _files
from hinges._extras import require
from hinges.data._dataset import Dataset
from hinges.data._idx import read_idx
from hinges.errors import InvalidInputError

WHITE = 255.0
MOST_PIXELS = 2**26  # of a sheet
FASHION_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")


def read_images(images: str | os.PathLike[str], labels: str | os.PathLike[str]) -> Dataset:
    """Read labelled images from a pair of IDX files, plain or .gz.

    x has one column a pixel, row by row, from 0 (black) to 1; y is the label.

    Raises:
        InvalidInputError: a file is damaged, or there are not as many labels as images.

    >>> import struct
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     images, labels = Path(folder, "images"), Path(folder, "labels")
    ...     _ = images.write_bytes(struct.pack(">iiii", 0x803, 2, 1, 2) + bytes([0, 255, 51, 0]))
    ...     _ = labels.write_bytes(struct.pack(">ii", 0x801, 2) + bytes([7, 3]))
    ...     data = read_images(images, labels)
    >>> data.x.tolist(), data.y.tolist()
    ([[0.0, 1.0], [0.2, 0.0]], [[7.0], [3.0]])
    """
    pixels, classes = read_idx(images), read_idx(labels)
    if pixels.ndim < 2 or classes.ndim != 1:
        raise InvalidInputError(
            f"images has shape {pixels.shape} and labels {classes.shape}: (n, rows, columns) and (n,) are expected"
        )
    if len(pixels) != len(classes):
        raise InvalidInputError(f"labels has {len(classes)} entries for {len(pixels)} images")
    return _rows(pixels, classes)


def read_sprites(path: str | os.PathLike[str], *, tile: tuple[int, int] = (28, 28), classes: int = 10) -> Dataset:
    """Read labelled images from a picture made of tiles, as many for each class, class after class, row by row.

    Arguments:
        path: the picture, for example a .png file; colours become grey.
        tile: rows and columns of pixels of one image.
        classes: how many there are, numbered from 0.

    Raises:
        InvalidInputError: the picture cannot be read, or is not made of such tiles.
        MissingExtraError: Pillow, which comes with the extra `plot`, is not installed.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from PIL import Image
    >>> with TemporaryDirectory() as folder:
    ...     Image.new("L", (6, 2), 255).save(Path(folder, "sheet.png"))
    ...     data = read_sprites(Path(folder, "sheet.png"), tile=(2, 2), classes=3)
    >>> data.x.shape, data.y[:, 0].tolist()
    ((3, 4), [0.0, 1.0, 2.0])
    """
    height, width = (_arrays.count(size, f"tile[{i}]") for i, size in enumerate(tile))
    classes = _arrays.count(classes, "classes")
    sheet = _grey(_files.existing_file(path))
    down, across = sheet.shape[0] // height, sheet.shape[1] // width
    if (down * height, across * width) != sheet.shape or (down * across) % classes or down * across == 0:
        raise InvalidInputError(
            f"{path} has {sheet.shape[0]} x {sheet.shape[1]} pixels, which are not tiles of {height} x {width} "
            f"for {classes} classes alike"
        )
    tiles = sheet.reshape(down, height, across, width).swapaxes(1, 2).reshape(-1, height, width)
    return _rows(tiles, np.repeat(np.arange(classes), len(tiles) // classes))


def _grey(source: Path) -> NDArray[np.uint8]:
    """Give a picture's pixels (rows, columns); its size is known before it is unpacked."""
    image: Any = require("PIL.Image", extra="plot")
    try:
        with image.open(source) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise InvalidInputError(
                    f"{source} has {picture.width} x {picture.height} pixels; at most {MOST_PIXELS} are read"
                )
            return np.asarray(picture.convert("L"))
    except (OSError, ValueError, SyntaxError, image.DecompressionBombWarning, image.DecompressionBombError) as error:
        if isinstance(error, InvalidInputError):
            raise
        raise InvalidInputError(f"{source} cannot be read as a picture: {error}") from None


def _rows(images: NDArray[np.uint8], labels: NDArray[Any]) -> Dataset:
    x = images.reshape(len(images), -1) / WHITE
    names = (*(f"pixel{i}" for i in range(x.shape[1])), "class")
    return Dataset(x, labels.astype(np.float64), names=names)


def fashion_mnist() -> Dataset:
    """Give the 60,000 training images of Fashion-MNIST: from IDX files if they are there, else from OpenML."""
    folder = Path.home() / ".cache" / "hinges" / "fashion-mnist"
    for suffix in ("", ".gz"):
        images, labels = (folder / (name + suffix) for name in FASHION_FILES)
        if images.exists() and labels.exists():
            return read_images(images, labels)
    fetched = _from_openml()
    if fetched is None:
        raise InvalidInputError(
            f"fashion-mnist is not here and OpenML cannot be reached: put {' and '.join(FASHION_FILES)} "
            f"(or their .gz) into {folder}, or read your copy with read_images"
        )
    return fetched


def _from_openml() -> Dataset | None:
    datasets: Any = require("sklearn.datasets", extra="sklearn")
    try:
        bunch = datasets.fetch_openml("Fashion-MNIST", version=1, as_frame=False, parser="liac-arff", n_retries=0)
    except (OSError, ValueError):  # no network, or a server that answers nonsense
        return None
    return _rows(np.asarray(bunch.data, np.uint8)[:60_000], np.asarray(bunch.target, np.int64)[:60_000])


def digits() -> Dataset:
    """Give the 1,797 images of 8 x 8 handwritten digits that come with scikit-learn, scaled to [0, 1]."""
    datasets: Any = require("sklearn.datasets", extra="sklearn")
    x, y = datasets.load_digits(return_X_y=True)
    names = (*(f"pixel{i}" for i in range(x.shape[1])), "class")
    return Dataset(x / 16.0, y.astype(np.float64), names=names)
