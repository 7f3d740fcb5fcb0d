"""The .pt2 files of torch.export.save: zip archives of JSON and raw tensors, read without torch."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop._container import Archive
from hinges.interop._json import parsed
from hinges.interop._naming import about, shown
from hinges.interop._pt2_graph import member, name_of, program_of
from hinges.interop._pt2_pickled import tensors
from hinges.interop._pt2_tensors import checked_meta, tensor
from hinges.interop._torch_network import network_of
from hinges.interop._torch_program import Model
from hinges.nets import Network

KIND = ".pt2 file"
OWN_MEMBER = "hinges.json"  # among the extra files: what this package says of a network it wrote
LARGEST_NOTE = 2**20  # bytes of it
CHECKED = ("parameter", "buffer", "tensor_constant")
OLDER_GRAPH = "serialized_exported_program.json"
OLDER_TENSORS = {"weights": "serialized_state_dict.pt", "constants": "serialized_constants.pt"}
SAVE_AGAIN = "keep it as an ordinary tensor and save the model again"


def read(path: Path, input_shape: Sequence[int] | None = None) -> Network:
    """Give the network of a .pt2 file, or raise naming what is not read.

    Nothing is unpickled and torch is not imported.

    Arguments:
        path: the file.
        input_shape: of one input without the rows; needed only where the model was exported for any size.
    """
    with Archive(path, KIND) as archive, about(path):
        content = _Content(archive)
        return network_of(content.model(), input_shape)


class _Content:
    """An archive whose folder and model are known."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.older = OLDER_GRAPH in archive.names  # the layout of torch 2.7 and before
        self.folder, self.name = "", ""
        if not self.older:
            self.folder = self.only_folder()
            self.name = self.only_model()

    def only_folder(self) -> str:
        """Give the folder in which everything lies."""
        archive = self.archive
        folders = [name.removesuffix("archive_format") for name in archive.names if name.endswith("/archive_format")]
        if len(folders) != 1 or archive.read(f"{folders[0]}archive_format", 64).strip() != b"pt2":
            hint = ": weights alone say nothing of the model" if _holds_pickle(archive) else ""
            raise InvalidInputError(f"it is no {KIND} of torch.export.save{hint}")
        order = f"{folders[0]}byteorder"
        if order in archive.names and archive.read(order, 64).strip() != b"little":
            raise UnsupportedModelError("it was written on a machine that turns bytes around: save it on another one")
        return folders[0]

    def has(self, name: str) -> bool:
        """Tell whether the archive has a member in its folder."""
        return f"{self.folder}{name}" in self.archive.names

    def only_model(self) -> str:
        """Give the name of the one model in the archive."""
        start = f"{self.folder}models/"
        names = [name for name in self.archive.names if name.startswith(start) and name.endswith(".json")]
        if len(names) == 1:
            return names[0].removeprefix(start).removesuffix(".json")
        if not names and any("aotinductor" in name for name in self.archive.names):
            raise UnsupportedModelError("it holds compiled code and no graph: save it with torch.export.save instead")
        found = ", ".join(shown(name.removeprefix(start)) for name in names[:3]) or "none"
        raise UnsupportedModelError(f"it holds {len(names)} models ({found}); files of one are read")

    def model(self) -> Model:
        """Give the model."""
        document = self.archive.json(OLDER_GRAPH if self.older else f"{self.folder}models/{self.name}.json")
        module = member(document, "graph_module", dict, "the document")
        program = program_of(member(module, "graph", dict, "graph_module"), "graph_module.graph")
        tables = {kind: self.table(kind) for kind in ("weights", "constants")}
        constants: dict[str, Callable[[], NDArray[Any]]] = {}
        inputs: dict[str, tuple[int | None, ...]] = {}
        signature = member(module, "signature", dict, "graph_module")
        for i, spec in enumerate(member(signature, "input_specs", list, "signature")):
            self.enter(spec, f"signature.input_specs[{i}]", tables, module, (constants, inputs))
        for name in program.inputs:
            if name and name not in constants and name not in inputs:
                raise InvalidInputError(f"its signature does not say what the input {shown(name)} is")
        own = self.own()
        weights = sum(self.archive.size(name) for name in self.archive.names) // 2
        return Model(program, constants, inputs, weights, () if own is None else own, own is not None)

    def enter(self, spec: Any, place: str, tables: dict[str, Any], module: Any, into: tuple[Any, Any]) -> None:
        """Say of one input of the graph what it is: a constant, or what the network reads."""
        constants, inputs = into
        if not isinstance(spec, dict) or len(spec) != 1:
            raise InvalidInputError(f"{place} must be an object of one key, not {shown(spec)}")
        ((kind, content),) = spec.items()
        if kind in CHECKED:
            name = member(member(content, "arg", dict, place), "name", str, place)
            target = member(content, f"{kind}_name", str, place)
            constants[name] = self.bringing(target, tables)
        elif kind == "user_input":
            argument = member(content, "arg", dict, place)
            if "as_tensor" in argument:
                name = name_of(argument, place)
                inputs[name] = _shape(member(module, "graph", dict, place), name)
        elif kind not in ("constant_input", "token"):
            raise UnsupportedModelError(f"it has an input of the kind {shown(kind)}, which is not read")

    def table(self, kind: str) -> dict[str, Any]:
        """Give what there is for each weight, or for each constant: an entry, or what brings its array."""
        plain, pickled = f"data/{kind}/{self.name}_{kind}_config.json", f"{self.folder}data/{kind}/{self.name}.pt"
        if self.older:
            pickled = OLDER_TENSORS[kind]
        if not self.older and self.has(plain):
            return member(self.archive.json(f"{self.folder}{plain}"), "config", dict, plain)
        return dict(tensors(self.archive.read(pickled), shown(pickled))) if pickled in self.archive.names else {}

    def bringing(self, target: str, tables: dict[str, Any]) -> Callable[[], NDArray[Any]]:
        """Give what reads a tensor, once it is known that its bytes are there."""
        kind = "weights" if target in tables["weights"] else "constants"
        entry: Any = tables[kind].get(target)
        if entry is None:
            raise InvalidInputError(f"there is no tensor for {shown(target)} in it")
        if not isinstance(entry, dict) and callable(entry):
            return entry  # pyright: ignore[reportReturnType]
        path = member(entry, "path_name", str, shown(target))
        at, place = f"{self.folder}data/{kind}/{path}", f"tensor {shown(target)}"
        if entry.get("use_pickle"):
            raise UnsupportedModelError(f"it keeps {shown(target)} as a pickle, which is never loaded: {SAVE_AGAIN}")
        meta = member(entry, "tensor_meta", dict, shown(target))
        checked_meta(meta, place, self.archive.size(at))
        return lambda: tensor(self.archive.read(at), meta, place)

    def own(self) -> tuple[str, ...] | None:
        """Give the notes of a network that this package wrote; None of any other file."""
        name = f"extra_files/{OWN_MEMBER}" if self.older else f"{self.folder}extra/{OWN_MEMBER}"
        if name not in self.archive.names:
            return None
        document = parsed(self.archive.read(name, LARGEST_NOTE))
        notes = member(document, "notes", list, OWN_MEMBER)
        if not all(isinstance(note, str) and len(note) <= LARGEST_NOTE for note in notes):
            raise InvalidInputError(f"{OWN_MEMBER} has notes that are no sentences")
        return tuple(notes)


def _holds_pickle(archive: Archive) -> bool:
    return any(name.rpartition("/")[2] in ("data.pkl", "constants.pkl") for name in archive.names)


def _shape(graph: dict[str, Any], name: str) -> tuple[int | None, ...]:
    """Give the shape that the document declares for an input, None for a size that is an expression."""
    meta = member(member(graph, "tensor_values", dict, "graph"), name, dict, "tensor_values")
    sizes = member(meta, "sizes", list, f"tensor_values.{name}")
    shape: list[int | None] = []
    for size in sizes:
        number = size.get("as_int") if isinstance(size, dict) else None
        if number is not None and (isinstance(number, bool) or not isinstance(number, int) or not 0 < number < 2**40):
            raise InvalidInputError(f"its input has a size of {shown(number)}")
        shape.append(number)
    return tuple(shape)
