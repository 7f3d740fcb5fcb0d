"""Files from a stranger: refused with one sentence, in little memory, and without importing onnx.

All of them are loaded in one fresh interpreter, which reports the sentence, the time and the peak of memory.
"""

import io
import json
import os
import stat
import struct
import subprocess
import sys
import zipfile

import numpy as np
import pytest

MEGABYTE = 2**20
MOST_MEMORY = 200 * MEGABYTE

LOADER = """
import json, resource, sys
from pathlib import Path
from hinges import HingesError
from hinges.interop import load

def peak():
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count the memory of the program that started this one
        return int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

start, found = peak(), {}
for path in sys.argv[1:]:
    try:
        found[path] = [None, repr(load(path))]
    except HingesError as error:
        found[path] = [type(error).__name__, str(error)]
heavy = sorted({"onnx", "google.protobuf", "scipy", "torch", "keras", "h5py", "jax", "numba"} & set(sys.modules))
print(json.dumps({"files": found, "memory": peak() - start, "heavy": heavy}))
"""


# --- ONNX, byte by byte ---------------------------------------------------------------------------------


def varint(number):
    number &= 2**64 - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def whole(number, value):
    return varint(number << 3) + varint(value)


def part(number, *contents):
    data = b"".join(each.encode() if isinstance(each, str) else each for each in contents)
    return varint(number << 3 | 2) + varint(len(data)) + data


def tensor(name, shape, kind, data=b"", field=9, *more):
    return b"".join([*(whole(1, size) for size in shape), whole(2, kind), part(8, name), part(field, data), *more])


def matrix(name, rows, columns, value=1.0):
    return tensor(name, (rows, columns), 11, np.full((rows, columns), value).tobytes())


def node(op, inputs, output, *more):
    return part(1, *(part(1, name) for name in inputs), part(2, output), part(4, op), *more)


def model(*graph, shape=("n", 1)):
    dims = b"".join(part(1, part(2, d) if isinstance(d, str) else whole(1, d)) for d in shape)
    value = part(2, part(1, whole(1, 11), part(2, dims)))
    inputs, outputs = part(11, part(1, "x"), value), part(12, part(1, "y"), value)
    return whole(1, 9) + part(8, whole(2, 18)) + part(7, *graph, inputs, outputs)


def constant(name, content):
    return node("Constant", (), name, part(5, part(1, "value"), part(5, content)))


def concat(source, output):
    return node("Concat", (source, source), output, AXIS_1)


ONE = part(5, matrix("W", 1, 1))
MATMUL = node("MatMul", ("x", "W"), "y")
EXTERNAL = part(13, part(1, "location"), part(2, "../../../../etc/passwd"))
SQUARE = part(5, matrix("W", 300, 300))
AXIS_1 = part(5, part(1, "axis"), whole(3, 1))
CONV = node("Conv", ("x", "W"), "y")
POOL = node("MaxPool", ("x",), "y", part(5, part(1, "kernel_shape"), whole(8, 2**40), whole(8, 1)))
REUSED = [node("MatMul", (f"v{i}" if i else "x", "W"), f"v{i + 1}") for i in range(5_000)]

ONNX = {
    "64 GiB in a constant": (
        model(constant("W", tensor("W", (2**33,), 11)), MATMUL),
        "tensor 'W' declares shape (8589934592,), 68719476736 bytes, where the file holds 0 for it",
    ),
    "64 GiB in a weight": (
        model(part(5, tensor("W", (2**17, 2**16), 11, b"12345678")), MATMUL),
        "tensor 'W' declares shape (131072, 65536), 68719476736 bytes, where the file holds 8 for it",
    ),
    "64 GiB by an operator": (
        model(part(5, tensor("s", (1,), 7, struct.pack("<q", 2**33))), node("ConstantOfShape", ("s",), "W"), MATMUL),
        "node 0 has 8589934592 numbers, 8589934593 with those before it: at most 8388608 in one tensor",
    ),
    "64 GiB of float_data": (
        model(part(5, tensor("W", (2**34,), 1, b"1234", 4)), MATMUL),
        "declares shape (17179869184,), 68719476736 bytes, where the file holds 4 for it",
    ),
    "too short a tensor": (model(part(5, tensor("W", (1, 3), 11, b"12345678")), MATMUL), "24 bytes, where"),
    "too long a tensor": (model(part(5, tensor("W", (1, 1), 1, b"12345678")), MATMUL), "4 bytes, where"),
    "negative size": (model(part(5, tensor("W", (-1, -1), 11, b"12345678")), MATMUL), "it is damaged"),
    "fifty dimensions": (model(part(5, tensor("W", (1,) * 50, 11, b"12345678")), MATMUL), "50 dimensions"),
    "another file": (
        model(part(5, tensor("W", (1, 1), 11, b"", 9, EXTERNAL)), MATMUL),
        "tensor 'W' keeps its numbers in another file, which is never opened",
    ),
    "another file by its flag": (
        model(part(5, tensor("W", (1, 1), 11, b"12345678", 9, whole(14, 1))), MATMUL),
        "tensor 'W' keeps its numbers in another file, which is never opened",
    ),
    "NaN": (model(part(5, matrix("W", 1, 1, np.nan)), MATMUL), "tensor 'W'[0][0] is nan"),
    "infinity": (model(part(5, matrix("W", 1, 1, np.inf)), MATMUL), "tensor 'W'[0][0] is inf"),
    "a million nodes": (
        lambda: model(ONE, node("Relu", ("x",), "y") * 1_000_000),
        "it holds more than 10000 nodes",
    ),
    "a million names": (lambda: model(ONE, part(1, part(1, "x") * 1_000_000)), "it holds more than 200000 fields"),
    "a million sizes": (lambda: model(part(5, part(1, b"\x01" * 1_000_000))), "it holds more than 200000 fields"),
    "a million descriptions": (lambda: model(part(13, b"") * 1_000_000), "it holds more than 200000 fields"),
    "weights used over and over": (model(SQUARE, *REUSED, shape=("n", 300)), "uses the same weights over and over"),
    "a cycle": (
        model(ONE, node("MatMul", ("b", "W"), "a"), node("Relu", ("a",), "b")),
        "'node 0' (MatMul) reads 'b', which no node before it gives: the graph has a cycle or a gap",
    ),
    "a name given twice": (model(ONE, MATMUL, node("Relu", ("y",), "y")), "gives 'y', a name that is already in use"),
    "a graph in a node": (
        model(ONE, node("If", ("x",), "y", part(5, part(1, "then_branch"), part(6, MATMUL)))),
        "'node 0' (If) is not a feed-forward layer",
    ),
    "operators of its own": (model(ONE, MATMUL) + part(25, part(1, "f")), "it defines functions of its own"),
    "an input of 8 TiB": (model(ONE, MATMUL, shape=("n", 2**40)), "the input has 1099511627776 numbers"),
    "an input of many dimensions": (model(ONE, MATMUL, shape=("n", *[2] * 60)), "its input has 61 dimensions"),
    "64 GiB by expansion": (
        model(part(5, tensor("s", (2,), 7, struct.pack("<2q", 1, 2**31))), node("Expand", ("x", "s"), "y")),
        "node 0 has 2147483648 numbers",
    ),
    "64 GiB by repetition": (
        model(part(5, tensor("s", (2,), 7, struct.pack("<2q", 1, 2**31))), node("Tile", ("x", "s"), "y")),
        "node 0 has 2147483648 numbers",
    ),
    "64 GiB of padding": (
        model(part(5, tensor("s", (4,), 7, struct.pack("<4q", 0, 0, 0, 2**31))), node("Pad", ("x", "s"), "y")),
        "node 0 has 2147483649 numbers",
    ),
    "64 GiB of convolution": (
        model(part(5, tensor("W", (4, 1, 9, 9), 11, bytes(2592))), CONV, shape=("n", 1, 1024, 1024)),
        "node 0 needs 334450944 weights once it is written out",
    ),
    "64 GiB by doubling": (
        model(ONE, *(concat(f"v{i}" if i else "x", f"v{i + 1}") for i in range(60))),
        "node 23 has 16777216 numbers",
    ),
    "a border that is cut on the other side": (
        model(part(5, tensor("s", (4,), 7, struct.pack("<4q", 0, 2**31, 0, -(2**31)))), node("Pad", ("x", "s"), "y")),
        "node 0 has 2147483648 numbers",
    ),
    "a window of 8 TiB": (
        model(ONE, POOL, shape=("n", 1, 4, 4)),
        "has a kernel, stride, pad or dilation that is no such thing",
    ),
    "an index outside": (
        model(part(5, tensor("i", (1,), 7, struct.pack("<q", 9))), node("Gather", ("x", "i"), "y", AXIS_1)),
        "does not fit a tensor of shape (1, 1)",
    ),
    "a bound that is no number": (
        model(part(5, tensor("b", (), 11, struct.pack("<d", np.nan))), node("Clip", ("x", "b"), "y")),
        "node 0 clips between nan and inf",
    ),
    "a sparse tensor": (model(part(15, part(1, tensor("W", (2**40,), 11)))), "it holds a sparse tensor"),
    "a long name": (model(ONE, node("Relu", ("x" * 5_000,), "y")), "it holds a name of 5000 bytes"),
    "a name of several lines": (model(ONE, node("A\nB\x1b[2J", ("x",), "y")), r"('A\nB\x1b[2J') is not read"),
    "cut short": (model(ONE, MATMUL)[:-9], "it is cut short or damaged"),
    "a number without end": (b"\x08" + b"\xff" * 50, "a number has more than ten bytes"),
    "a number cut short": (b"\x08\xff", "it is cut short or damaged: a number has no end"),
    "a group": (b"\x0b\x0b\x0b", "a field has the wire type 3"),
    "zeros": (b"\0" * 100, "a field has the number 0"),
    "nothing": (b"", "it is empty"),
    "text": (b"not a network at all", "it is"),
    "no graph": (whole(1, 9), "it holds no ONNX graph with nodes"),
    "an old opset": (part(8, whole(2, 6)) + model(ONE, MATMUL)[4:], "it is written in opset 6"),
}


# --- zip files ------------------------------------------------------------------------------------------


def npy(array_or_header, data=b""):
    if isinstance(array_or_header, np.ndarray):
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, array_or_header, allow_pickle=True)
        return buffer.getvalue()
    header = (array_or_header + "\n").encode("latin-1")
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def declaring(shape, descr="'<f8'"):
    return npy(f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}", b"12345678")


def zipped(*members, compression=zipfile.ZIP_STORED, mode=0):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression, compresslevel=1) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.compress_type, info.external_attr = compression, mode << 16
            archive.writestr(info, data)
    return buffer.getvalue()


def bomb():
    """300 MB of zeros in 300 kB: one packed member which ten directory entries point at."""
    data = zipped(("a.npy", npy(np.zeros(30 * MEGABYTE // 8))), compression=zipfile.ZIP_DEFLATED)
    end = data.rindex(b"PK\x05\x06")
    start = data.index(b"PK\x01\x02")
    entries = b"".join(data[start:end].replace(b"a.npy", f"{i}.npy".encode()) for i in range(10))
    return data[:start] + entries + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 10, 10, len(entries), start, 0)


def many_members():
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    count = 100_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(entry) * count, 0, 0)
    return entry * count + end


GOOD = zipped(("a.npy", npy(np.ones(3))))
TWICE = zipped(("a.json", b"{}"), ("b.json", b"{}")).replace(b"b.json", b"a.json")
NPZ = {
    "pickle": (zipped(("document.npy", npy(np.array([{}], object)))), "document holds pickled objects"),
    "a bare pickle": (zipped(("document.pkl", b"\x80\x04}.")), "document.pkl is not an array in NumPy's format"),
    "bomb": (bomb, "and would unpack to"),
    "64 GiB of array": (zipped(("a.npy", declaring("(8589934592,)"))), "a declares shape (8589934592,), which its"),
    "huge product": (zipped(("a.npy", declaring("(4294967296, 4294967296, 2)"))), "which its"),
    "negative shape": (zipped(("a.npy", declaring("(-1, -1)"))), "a is not an array in NumPy's format"),
    "code in the header": (zipped(("a.npy", npy("__import__('os').getcwd()"))), "a is not an array in NumPy's format"),
    "deep header": (zipped(("a.npy", npy("(" * 5_000))), "a is not an array in NumPy's format"),
    "huge item": (zipped(("a.npy", declaring("(1,)", "'|V200000000'"))), "a declares shape (1,), which its"),
    "many members": (many_members, "holds more than 10000 arrays"),
    "a link": (zipped(("a.npy", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777), "a is a link, which is never followed"),
    "one name twice": (zipped(("a.npy", npy(np.ones(1))), ("a", b"")), "holds two arrays named a"),
    "cut short zip": (GOOD[:-30], "is not a readable .npz file"),
    "changed byte": (GOOD.replace(np.ones(3).tobytes(), np.full(3, 2.0).tobytes()), "is not a readable .npz file"),
    "no zip": (b"hello", "is not a readable .npz file"),
    "nothing at all": (b"", "is empty"),
    "no document": (GOOD, "it has no array 'document' of text"),
}
JSON = {
    "depth": (lambda: b"[" * 10_000_000, "its lists are nested too deeply to be a network"),
    "many numbers": (lambda: b"[" + b"1," * 5_000_000 + b"1]", "it has 5000000 entries; at most 1000000 are read"),
    "many empty lists": (lambda: b"[" + b"[]," * 900_000 + b"[]]", "this is not a network written by hinges"),
    "digits": (lambda: b"9" * 10_000_000, "it holds an integer of thousands of digits"),
    "too large": (lambda: b" " * (2**24 + 1), "it has 16777217 bytes; at most 16777216 are read as .json: use .npz"),
}
# The archives of .keras and .pt2; what is wrong inside a model is in the tests of their readers.
ARCHIVE = {
    "a pickle": (b"\x80\x02}q\x00.", "is a pickle, which could run any program and is never loaded"),
    "older Keras": (b"\x89HDF\r\n\x1a\n" + bytes(100), "is in the older format HDF5: load it in Keras and save it"),
    "bomb": (bomb, "and would unpack to"),
    "many members": (many_members, "holds more than 10000 members"),
    "a link": (
        zipped(("config.json", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777),
        "config.json is a link, which is never followed",
    ),
    "a way out": (zipped(("../../config.json", b"{}")), "has a member '../../config.json', which leads out of the"),
    "another way out": (zipped(("/etc/passwd", b"{}")), "has a member '/etc/passwd', which leads out of the archive"),
    "one name twice": (TWICE, "holds two members named a.json"),
    "cut short": (GOOD[:-30], "is not a readable ."),
    "no zip": (b"hello", "is not a readable ."),
    "nothing at all": (b"", "is empty"),
    "no model": (GOOD, "it "),
}
CASES = {
    **{f"{name}{suffix}": case for name, case in ARCHIVE.items() for suffix in (".keras", ".pt2")},
    **{f"{name}.onnx": case for name, case in ONNX.items()},
    **{f"{name}.npz": case for name, case in NPZ.items()},
    **{f"{name}.json": case for name, case in JSON.items()},
}


def loaded(*paths):
    """What a fresh interpreter says of these files."""
    command = [sys.executable, "-W", "error", "-c", LOADER, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


def test_each_is_refused_with_one_sentence_in_little_memory(tmp_path):
    for name, (data, _) in CASES.items():
        (tmp_path / name).write_bytes(data() if callable(data) else data)
    report = loaded(*(tmp_path / name for name in CASES))
    assert report["heavy"] == []
    assert report["memory"] < MOST_MEMORY
    wrong = {}
    for path, (error, sentence) in report["files"].items():
        refused = error in ("InvalidInputError", "UnsupportedModelError")
        expected = CASES[path.removeprefix(f"{tmp_path}/")][1]
        if not refused or path not in sentence or expected not in sentence or "\n" in sentence or len(sentence) > 500:
            wrong[path] = sentence
    assert wrong == {}, "\n".join(map(str, wrong.items()))
    assert len(report["files"]) == len(CASES)


def test_the_small_file_is_small():
    data, sentence = ONNX["64 GiB in a constant"]
    assert len(data) < 146
    assert str(2**36) in sentence


def test_the_smallest_model_is_read(tmp_path):
    """The cases above are wrong in one thing each: what they are made of is read."""
    path = tmp_path / "good.onnx"
    path.write_bytes(model(ONE, MATMUL))
    assert loaded(path)["files"][str(path)][0] is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_is_no_file_is_not_opened(tmp_path):
    pipes = [tmp_path / f"pipe{suffix}" for suffix in (".json", ".npz", ".onnx")]
    devices = [tmp_path / f"zero{suffix}" for suffix in (".json", ".npz", ".onnx")]
    for pipe, device in zip(pipes, devices, strict=True):
        os.mkfifo(pipe)
        device.symlink_to("/dev/zero")
    report = loaded(*pipes, *devices)["files"]
    assert len(report) == 6
    for path, (error, sentence) in report.items():
        assert error == "InvalidInputError"
        link = "a symbolic link, which is not followed: give the file it points to"
        assert sentence == f"{path} is {link if 'zero' in path else 'not a regular file'}"
