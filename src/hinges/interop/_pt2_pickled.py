"""Tensors that torch.save wrote: their table is a pickle, of which only what a table of tensors needs is understood.

Nothing is unpickled: the opcodes are read one by one, and the few functions that they may name are not called but
noted down. Anything else is refused by its name. Archives of torch 2.8 and before keep their weights like this.
"""

import io
import pickletools
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from hinges._files import MAX_MEMBERS, MEMBER_SIGNATURE, short
from hinges.errors import InvalidInputError, UnsupportedModelError
from hinges.interop._caps import LARGEST_JSON
from hinges.interop._container import DAMAGED
from hinges.interop._naming import shown
from hinges.interop._pt2_tensors import checked_meta, tensor

MOST_OPCODES = 500_000  # of one table: a tensor takes about forty
STORAGES = {
    "ByteStorage": 1, "CharStorage": 2, "ShortStorage": 3, "IntStorage": 4, "LongStorage": 5, "HalfStorage": 6,
    "FloatStorage": 7, "DoubleStorage": 8, "BoolStorage": 12, "BFloat16Storage": 13,
}  # fmt: skip
KNOWN = {
    "torch._utils _rebuild_tensor_v2": "tensor",
    "torch._utils _rebuild_parameter": "parameter",
    "collections OrderedDict": "dict",
    **{f"torch {name}": name for name in STORAGES},
}
MARK = object()


@dataclass(frozen=True)
class Stored:
    """A tensor by its storage: the key of the member that holds its bytes, and its type, sizes and strides."""

    key: str
    meta: dict[str, Any]


def tensors(data: bytes, what: str) -> dict[str, Callable[[], NDArray[Any]]]:
    """Give for each name in the bytes of a torch.save file what brings its tensor."""
    if not data:
        return {}  # nothing was stored
    if data.count(MEMBER_SIGNATURE) > MAX_MEMBERS:
        raise InvalidInputError(f"{what} holds more than {MAX_MEMBERS} members")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = {info.filename: info for info in archive.infolist()}
    except DAMAGED as error:
        raise InvalidInputError(f"{what} is not a readable file of torch.save: {short(str(error))}") from None
    table = next((name for name in members if name.endswith("/data.pkl")), None)
    packed = any(info.compress_type != zipfile.ZIP_STORED or info.file_size > len(data) for info in members.values())
    if table is None or packed or members[table].file_size > LARGEST_JSON:
        raise InvalidInputError(f"{what} is not as torch.save writes it")

    def read(name: str) -> bytes:
        if name not in members:
            raise InvalidInputError(f"{what} has no member {shown(name)}")
        try:
            return archive.read(name)
        except DAMAGED as error:
            raise InvalidInputError(f"{what} is damaged: {short(str(error))}") from None

    folder = table.removesuffix("data.pkl")
    found: dict[str, Callable[[], NDArray[Any]]] = {}
    for name, stored in _table(read(table), what).items():
        at, place = f"{folder}data/{stored.key}", f"tensor {shown(name)}"
        checked_meta(stored.meta, place, members[at].file_size if at in members else 0)
        found[name] = lambda at=at, stored=stored, place=place: tensor(read(at), stored.meta, place)
    return found


def _table(data: bytes, what: str) -> dict[str, Stored]:
    """Give the dictionary of tensors that a pickle describes."""
    machine = _Machine(what)
    try:
        for count, (opcode, argument, _) in enumerate(pickletools.genops(data)):
            if count > MOST_OPCODES:
                raise InvalidInputError(f"{what} has a table of more than {MOST_OPCODES} steps")
            machine.step(opcode.name, argument)
        (result,) = machine.stack
    except (InvalidInputError, UnsupportedModelError):
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise InvalidInputError(f"{what} has a damaged table of tensors: {short(str(error))}") from None
    if not isinstance(result, dict) or not all(isinstance(name, str) for name in result):
        raise InvalidInputError(f"{what} holds no table of tensors by name")
    return {name: value for name, value in result.items() if isinstance(value, Stored)}


class _Machine:
    """The stack on which the opcodes of a pickle work, for those that build tables of tensors."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def step(self, name: str, argument: Any) -> None:
        """Follow one opcode."""
        if name in ("BINPUT", "LONG_BINPUT", "MEMOIZE"):
            self.memo[len(self.memo) if argument is None else argument] = self.stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            self.stack.append(self.memo[argument])
        elif name in VALUES:
            self.stack.append(VALUES[name](argument))
        elif name == "GLOBAL":
            self.stack.append(self.known(argument))
        elif name in ACTIONS:
            ACTIONS[name](self)
        elif name not in ("PROTO", "FRAME", "STOP"):
            raise UnsupportedModelError(
                f"{self.what} is a pickle with the opcode {name}, which no table of tensors has"
            )

    def known(self, name: str) -> str:
        """Give what a name stands for, if tensors need it."""
        if name not in KNOWN:
            raise UnsupportedModelError(f"{self.what} is a pickle that names {shown(name)}, which no tensor needs")
        return f"call {KNOWN[name]}"

    def since_mark(self) -> list[Any]:
        """Take what lies above the last mark from the stack."""
        at = max(i for i, each in enumerate(self.stack) if each is MARK)
        taken = self.stack[at + 1 :]
        del self.stack[at:]
        return taken

    def tuple_of(self, count: int) -> None:
        """Put so many values together."""
        taken = self.stack[len(self.stack) - count :]
        del self.stack[len(self.stack) - count :]
        self.stack.append(tuple(taken))

    def storage(self) -> None:
        """Note down ("storage", its class, key, device, size)."""
        word, kind, key, *_ = self.stack.pop()
        name = str(kind).removeprefix("call ")
        if word != "storage" or name not in STORAGES or not isinstance(key, str):
            raise UnsupportedModelError(f"{self.what} stores numbers of type {shown(name)}, which are not read")
        self.stack.append((key, STORAGES[name]))

    def reduce(self) -> None:
        """Note down a call."""
        arguments, function = self.stack.pop(), self.stack.pop()
        if function == "call dict":
            self.stack.append({})
        elif function == "call parameter":
            self.stack.append(arguments[0])
        elif function == "call tensor":
            (key, dtype), offset, sizes, strides, *_ = arguments
            meta = {"dtype": dtype, "sizes": [*sizes], "strides": [*strides], "storage_offset": offset}
            self.stack.append(Stored(key, meta))
        else:
            raise UnsupportedModelError(f"{self.what} is a pickle that calls {shown(function)}, which no tensor needs")

    def set_items(self) -> None:
        """Put pairs of key and value into the dictionary below them."""
        pairs = self.since_mark()
        self.stack[-1].update(zip(pairs[::2], pairs[1::2], strict=True))

    def set_item(self) -> None:
        """Put one pair of key and value into the dictionary below it."""
        value, key = self.stack.pop(), self.stack.pop()
        self.stack[-1][key] = value

    def build(self) -> None:
        """Pass over what a dictionary remembers beside its entries."""
        self.stack.pop()


VALUES: dict[str, Callable[[Any], Any]] = {
    "MARK": lambda _: MARK,
    "EMPTY_DICT": lambda _: {},
    "EMPTY_TUPLE": lambda _: (),
    "NONE": lambda _: None,
    "NEWTRUE": lambda _: True,
    "NEWFALSE": lambda _: False,
    **{name: lambda value: value for name in ("BINUNICODE", "BININT", "BININT1", "BININT2", "LONG1")},
    "SHORT_BINUNICODE": lambda value: value,
}
ACTIONS: dict[str, Callable[[_Machine], None]] = {
    "TUPLE": lambda machine: machine.stack.append(tuple(machine.since_mark())),
    "TUPLE1": lambda machine: machine.tuple_of(1),
    "TUPLE2": lambda machine: machine.tuple_of(2),
    "TUPLE3": lambda machine: machine.tuple_of(3),
    "BINPERSID": _Machine.storage,
    "REDUCE": _Machine.reduce,
    "SETITEMS": _Machine.set_items,
    "SETITEM": _Machine.set_item,
    "BUILD": _Machine.build,
}
