"""The variables of a Keras model by the path of their layer: in a file of weights (HDF5), or in a live model."""

import io
import math
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hinges._extras import require
from hinges.errors import InvalidInputError
from hinges.interop._caps import MOST_PARAMETERS
from hinges.interop._naming import shown

Arrays = list[NDArray[Any]]
MOST_VARIABLES = 16  # of one layer
# In files that the first version of the format wrote.
OLDER = ("layers", "_layer_checkpoint_dependencies")
DAMAGED = (OSError, RuntimeError, KeyError, ValueError, TypeError, MemoryError, OverflowError, UnicodeError)


class LiveWeights:
    """The variables of the layers of a live model, already NumPy arrays."""

    def __init__(self, variables: Mapping[str, Arrays]) -> None:
        self.variables = variables

    def of(self, path: str) -> Arrays:
        """Give the variables of a layer in Keras' order."""
        return self.variables.get(path, [])


class FileWeights:
    """The variables in the bytes of a model.weights.h5 file, of which nothing is read that is not asked for.

    Only plain arrays of numbers that stand in the file itself, byte for byte, are read: no link to another place,
    no other file, no compression, and in all no more bytes than the file has.
    """

    def __init__(self, data: bytes) -> None:
        self.h5py: Any = require("h5py", extra="keras")
        self.room = len(data)
        self.found: dict[str, Arrays] = {}  # a layer may be called many times
        try:
            self.file: Any = self.h5py.File(io.BytesIO(data), "r")
        except DAMAGED:
            raise InvalidInputError("its file of weights is damaged or not in the format HDF5") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.file.close()

    def of(self, path: str) -> Arrays:
        """Give the variables of a layer in Keras' order; none where it has none."""
        try:
            if path not in self.found:
                self.found[path] = self._of(f"{path}/vars")
            return self.found[path]
        except InvalidInputError:
            raise
        except DAMAGED:
            raise InvalidInputError(f"its file of weights is damaged at {shown(path)}") from None

    def _of(self, path: str) -> Arrays:
        group = self._group(path) or self._group(path.replace(*OLDER))
        if group is None:
            return []
        arrays: Arrays = []
        while str(len(arrays)) in group:
            if len(arrays) == MOST_VARIABLES:
                raise InvalidInputError(f"{shown(path)} holds more than {MOST_VARIABLES} variables")
            arrays.append(self._array(group, str(len(arrays)), f"{path}/{len(arrays)}"))
        return arrays

    def _group(self, path: str) -> Any:
        """Give a group, or None where there is none."""
        group = self.file
        for part in path.split("/"):
            if not isinstance(group, self.h5py.Group) or part not in group:
                return None
            self._check_link(group, part, path)
            group = group[part]
        return group if isinstance(group, self.h5py.Group) else None

    def _check_link(self, group: Any, part: str, path: str) -> None:
        if group.get(part, getclass=True, getlink=True) is not self.h5py.HardLink:
            raise InvalidInputError(f"{shown(path)} in its file of weights is a link, which is never followed")

    def _array(self, group: Any, name: str, path: str) -> NDArray[Any]:
        self._check_link(group, name, path)
        dataset = group[name]
        if not isinstance(dataset, self.h5py.Dataset) or dataset.shape is None:
            raise InvalidInputError(f"{shown(path)} in its file of weights is no array")
        if dataset.is_virtual or dataset.external:
            raise InvalidInputError(f"{shown(path)} keeps its numbers in another file, which is never opened")
        halves = dataset.dtype.kind == "V" and dataset.dtype.itemsize == 2
        if dataset.dtype.kind not in "fiub" and not halves:
            raise InvalidInputError(f"{shown(path)} holds {dataset.dtype}, not numbers")
        size = math.prod(dataset.shape)
        stored = size * dataset.dtype.itemsize
        if size > MOST_PARAMETERS or stored > self.room or stored > dataset.id.get_storage_size():
            raise InvalidInputError(
                f"{shown(path)} declares shape {shown(tuple(dataset.shape))}, more numbers than the file holds for it"
            )
        self.room -= stored
        array = dataset[()]
        return _widened(np.asarray(array)) if halves else np.asarray(array)


def _widened(halves: NDArray[Any]) -> NDArray[np.float32]:
    """Give numbers of type bfloat16, which NumPy does not know, as float32: the upper half of its bits."""
    return (halves.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
