"""Archives of torch.export from a stranger: read, or refused with one sentence, in little memory, without torch.

The archives are made here, byte by byte of what torch 2.13 writes, and loaded in one fresh interpreter.
"""

import io
import json
import stat
import subprocess
import sys
import zipfile

import numpy as np

MEGABYTE = 2**20
MOST_MEMORY = 200 * MEGABYTE

LOADER = """
import json, resource, sys
from pathlib import Path
from hinges import HingesError
from hinges.interop.torch import read_pt2

def peak():
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count the memory of the program that started this one
        return int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

start, found = peak(), {}
for path in sys.argv[1:]:
    try:
        network = read_pt2(path)
        found[path] = [None, network([[1.0, -2.0]]).tolist()]
    except HingesError as error:
        found[path] = [type(error).__name__, str(error)]
print(json.dumps({"files": found, "memory": peak() - start, "torch": "torch" in sys.modules}))
"""

DOUBLE = 8
WEIGHT = np.array([[1.0, 2.0], [-1.0, 0.5], [3.0, 0.25]])


def meta(sizes, dtype=DOUBLE, strides=None, offset=0):
    strides = np.cumprod([1, *sizes[:0:-1]])[::-1].tolist() if strides is None else strides
    return {
        "dtype": dtype,
        "sizes": [{"as_int": size} for size in sizes],
        "strides": [{"as_int": stride} for stride in strides],
        "storage_offset": {"as_int": offset},
        "layout": 7,
    }


def tensor(name):
    return {"as_tensor": {"name": name}}


def node(target, output, **arguments):
    inputs = [{"name": name, "arg": arg, "kind": 1} for name, arg in arguments.items()]
    stack = "L__self__,,Model;L__self__layer,layer,torch.nn.modules.linear.Linear"
    return {
        "target": f"torch.ops.aten.{target}",
        "inputs": inputs,
        "outputs": [tensor(output)],
        "metadata": {"nn_module_stack": stack} if target.startswith("linear") else {},
    }


LINEAR = node("linear.default", "h", input=tensor("x"), weight=tensor("p_w"))
RELU = node("relu.default", "y", self=tensor("h"))
SIZES = [{"as_expr": {"expr_str": "s0"}}, {"as_int": 2}]


def graph(nodes, sizes=SIZES):
    inputs = ["p_w", "x"]
    specs = [
        {"parameter": {"arg": {"name": "p_w"}, "parameter_name": "w"}},
        {"user_input": {"arg": tensor("x")}},
    ]
    return {
        "graph": {
            "inputs": [tensor(name) for name in inputs],
            "outputs": [tensor("y")],
            "nodes": nodes,
            "tensor_values": {"x": {"dtype": DOUBLE, "sizes": sizes}},
        },
        "signature": {"input_specs": specs, "output_specs": []},
    }


def table(entry):
    return json.dumps({"config": {"w": entry}})


def entry(sizes=(3, 2), **more):
    options = {key: more.pop(key) for key in ("dtype", "strides", "offset") if key in more}
    return {"path_name": "weight_0", "use_pickle": False, "tensor_meta": meta(sizes, **options), **more}


def archive(document=None, weights=None, data=None, *, more=(), root="model/", mode=0, packed=zipfile.ZIP_STORED):
    """A .pt2 file; what is not given is that of the model relu(x @ WEIGHT.T)."""
    document = graph([LINEAR, RELU]) if document is None else document
    if not isinstance(document, str):
        document = json.dumps({"graph_module": document, "schema_version": {"major": 8, "minor": 20}})
    members = [
        (f"{root}archive_format", b"pt2"),
        (f"{root}byteorder", b"little"),
        (f"{root}models/model.json", document),
        (f"{root}data/weights/model_weights_config.json", table(weights or entry())),
        (f"{root}data/weights/weight_0", WEIGHT.tobytes() if data is None else data),
        *more,
    ]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packed, compresslevel=1) as file:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.compress_type, info.external_attr = packed, mode << 16
            file.writestr(info, content)
    return buffer.getvalue()


def zipped(*members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in members:
            file.writestr(name, content)
    return buffer.getvalue()


def of(*nodes, **options):
    return archive(graph(list(nodes), **options))


def called(target, **arguments):
    return of(LINEAR, node(target, "y", self=tensor("h"), **arguments))


def many_nodes(count):
    text = json.dumps({"graph_module": graph([])}).replace('"nodes": []', f'"nodes": [{", ".join(["{}"] * count)}]')
    return archive(text)


def deep():
    return archive('{"graph_module": ' + "[" * 1_000_000)


def large_document():
    return archive(" " * (2**24 + 1), packed=zipfile.ZIP_DEFLATED)


def bomb():
    return archive(data=bytes(100 * MEGABYTE), packed=zipfile.ZIP_DEFLATED)


def repeated():
    """A thousand layers that all use one matrix of two megabytes."""
    side = 512
    nodes = [
        node("linear.default", f"h{i + 1}", input=tensor(f"h{i}" if i else "x"), weight=tensor("p_w"))
        for i in range(1_000)
    ]
    nodes.append(node("relu.default", "y", self=tensor("h1000")))
    sizes = [{"as_expr": {}}, {"as_int": side}]
    return archive(graph(nodes, sizes), entry((side, side)), np.ones((side, side)).tobytes())


def nested():
    inner = {"inputs": [tensor("a")], "outputs": [tensor("a")], "nodes": [], "tensor_values": {}}
    for _ in range(20):
        call = node("x", "a", body={"as_graph": {"name": "g", "graph": inner}})
        inner = {**inner, "nodes": [call]}
    call = node("x", "y", body={"as_graph": {"name": "g", "graph": inner}})
    return of(call)


def pickled(rows=b"K\x03"):
    """The table that torch.save writes for {"w": parameter of shape (rows, 2)}, with its numbers in data/0."""
    storage = b"(X\x07\x00\x00\x00storagectorch\nDoubleStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x06tQ"
    shape = rows + b"K\x02\x86K\x02K\x01\x86\x89ccollections\nOrderedDict\n)R"
    made = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\x00" + shape + b"tR"
    parameter = b"ctorch._utils\n_rebuild_parameter\n" + made + b"\x88ccollections\nOrderedDict\n)R\x87R"
    return b"\x80\x02}q\x00(X\x01\x00\x00\x00w" + parameter + b"u."


def older(table, *, numbers=True, whole=None, packed=zipfile.ZIP_STORED):
    """A file of torch 2.7 and before, which keeps the tensors in a file of torch.save."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packed) as file:
        file.writestr("archive/data.pkl", table)
        if numbers:
            file.writestr("archive/data/0", WEIGHT.tobytes())
    document = json.dumps({"graph_module": graph([LINEAR, RELU])})
    saved = buffer.getvalue() if whole is None else whole
    return zipped(("serialized_exported_program.json", document), ("serialized_state_dict.pt", saved))


READ = {
    "of an older torch": older(pickled()),
    "as it is": archive(),
    "in another folder": archive(root="x/y/"),
    "packed": archive(packed=zipfile.ZIP_DEFLATED),
    "by columns": archive(weights=entry(strides=(1, 3)), data=WEIGHT.T.tobytes()),
    "with an offset": archive(weights=entry(offset=2), data=bytes(16) + WEIGHT.tobytes()),
    "float32": archive(weights=entry(dtype=7), data=WEIGHT.astype("<f4").tobytes()),
    "bfloat16": archive(weights=entry(dtype=13), data=(WEIGHT.astype("<f4").view("<u4") >> 16).astype("<u2").tobytes()),
    "sample inputs as a pickle, never read": archive(more=[("model/data/sample_inputs/model.pt", b"\x80\x02.")]),
    "one row": archive(graph([LINEAR, RELU], [{"as_int": 1}, {"as_int": 2}])),
}
REFUSED = {
    "a million nodes": (lambda: many_nodes(1_000_000), "entries; at most 1000000 are read"),
    "half a million nodes": (lambda: many_nodes(500_000), "it holds 500000 nodes; at most 10000 are read"),
    "depth": (deep, "its lists are nested too deeply to be a network"),
    "a large document": (large_document, "'model/models/model.json' has 16777217 bytes; at most 16777216 are read"),
    "bomb": (bomb, "bytes and would unpack to"),
    "a cycle": (
        of(node("relu.default", "h", self=tensor("y")), RELU),
        "h (aten.relu.default) reads 'y', which nothing before it gives: the graph has a cycle or a gap",
    ),
    "a name given twice": (of(LINEAR, LINEAR, RELU), "layer (Linear) gives 'h', a name that is already in use"),
    "an output from nowhere": (of(LINEAR), "its output reads 'y', which nothing before it gives"),
    "64 GiB in a weight": (
        archive(weights=entry((2**17, 2**16))),
        "tensor 'w' declares shape (131072, 65536), 8589934592 numbers, where the file holds 48 bytes",
    ),
    "64 GiB by strides of 0": (archive(weights=entry((2**17, 2**16), strides=(0, 0))), "8589934592 numbers, where"),
    "too few bytes": (archive(data=bytes(40)), "declares shape (3, 2), 48 bytes, where the file holds 40 for it"),
    "beyond the end by an offset": (archive(weights=entry(offset=1)), "56 bytes, where the file holds 48 for it"),
    "64 GiB by an operator": (
        called("repeat.default", repeats={"as_ints": [1, 2**33]}),
        "at most 8388608 in one tensor",
    ),
    "64 GiB of zeros": (
        of(LINEAR, node("zeros.default", "z", size={"as_ints": [2**33]}), RELU),
        "z has 8589934592 numbers",
    ),
    "64 GiB of numbers in a row": (
        of(LINEAR, node("arange.default", "z", end={"as_int": 2**33}), RELU),
        "z has 8589934592 numbers",
    ),
    "64 GiB of an outer sum": (
        of(
            node("arange.default", "a", end={"as_int": 2**18}),
            node("unsqueeze.default", "b", self=tensor("a"), dim={"as_int": 1}),
            node("add.Tensor", "y", self=tensor("a"), other=tensor("b")),
        ),
        "y (aten.add.Tensor) has arguments that do not fit: constants of which 68719476736 numbers would be made",
    ),
    "64 GiB of padding": (called("pad.default", pad={"as_ints": [0, 2**33]}), "at most 8388608 in one tensor"),
    "one weight over and over": (repeated, "uses the same weights over and over: far more than the file holds"),
    "NaN": (archive(data=np.full((3, 2), np.nan).tobytes()), "p_w[0][0] is nan: every weight must be a finite number"),
    "infinity": (archive(data=np.full((3, 2), np.inf).tobytes()), "p_w[0][0] is inf: every weight must be a finite"),
    "a weight as a pickle": (
        archive(weights=entry(use_pickle=True)),
        "it keeps 'w' as a pickle, which is never loaded: keep it as an ordinary tensor and save the model again",
    ),
    "a pickle that runs a program": (
        older(b"\x80\x02cposix\nsystem\nX\x02\x00\x00\x00ls\x85R."),
        "'serialized_state_dict.pt' is a pickle that names 'posix system', which no tensor needs",
    ),
    "a pickle that runs a program by protocol 4": (
        older(b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02ls\x85R."),
        "is a pickle with the opcode STACK_GLOBAL, which no table of tensors has",
    ),
    "a pickle that calls what it made": (older(b"\x80\x02}}\x85R."), "is a pickle that calls"),
    "a damaged pickle": (older(b"\x80\x02}q\x00(X\x09"), "has a damaged table of tensors"),
    "an endless pickle": (lambda: older(b"\x80\x02" + b"}0" * 600_000 + b"."), "with the opcode POP"),
    "a long pickle": (lambda: older(b"\x80\x02" + b"N" * 600_000 + b"."), "has a table of more than 500000 steps"),
    "no table": (older(b"\x80\x02N."), "holds no table of tensors by name"),
    "a pickle of 64 GiB": (older(pickled(b"J\xff\xff\xff\x7f")), "tensor 'w' declares shape (2147483647, 2)"),
    "a pickle without its numbers": (older(pickled(), numbers=False), "where the file holds 0 for it"),
    "no file of torch.save": (older(b"", whole=b"hello"), "is not a readable file of torch.save: File is not a zip"),
    "a packed file of torch.save": (older(pickled(), packed=zipfile.ZIP_DEFLATED), "is not as torch.save writes it"),
    "a table without the weight": (older(b"\x80\x02}."), "there is no tensor for 'w' in it"),
    "a bare pickle": (b"\x80\x02}q\x00.", "is a pickle, which could run any program and is never loaded"),
    "weights alone": (
        zipped(("archive/data.pkl", b"\x80\x02}."), ("archive/version", "3")),
        "it is no .pt2 file of torch.export.save: weights alone say nothing of the model",
    ),
    "a way out": (archive(more=[("model/../../x", b"")]), "which leads out of the archive"),
    "a weight elsewhere": (
        archive(weights=entry(path_name="../../../../etc/passwd")),
        "it has no member 'model/data/weights/../../../../etc/passwd'",
    ),
    "a link": (archive(mode=stat.S_IFLNK | 0o777), "is a link, which is never followed"),
    "no zip": (b"hello", "is not a readable .pt2 file"),
    "cut short": (archive()[:-30], "is not a readable .pt2 file"),
    "nothing": (b"", "is empty"),
    "no JSON": (archive("{'a': 1}"), "line 1, column 2"),
    "no graph": (archive("{}"), "the document.graph_module must be a JSON object, and is missing"),
    "nodes of another kind": (archive(graph(7)), "graph_module.graph.nodes must be a JSON list, and is 7"),
    "a node of another kind": (of(7), "graph_module.graph.nodes[0] must be an object, not 7"),
    "an argument of another kind": (
        of(node("relu.default", "y", self=[1])),
        "graph_module.graph.nodes[0].inputs[0].arg must be an object of one key, not a list",
    ),
    "graphs in graphs": (nested, "stands inside more than 8 others"),
    "compiled code": (
        zipped(("m/archive_format", "pt2"), ("m/data/aotinductor/model/a.so", b"\x7fELF")),
        "it holds compiled code and no graph: save it with torch.export.save instead",
    ),
    "two models": (archive(more=[("model/models/b.json", "{}")]), "it holds 2 models ('model.json', 'b.json')"),
    "big-endian": (archive(more=[("model/x", b"")]).replace(b"little", b"bigend"), "is damaged"),
    "an operator of its own": (
        of(LINEAR, {**RELU, "target": "my.op.default"}),
        "y (my.op.default) calls my.op.default, which is not read: write it with linear layers",
    ),
    "a name of several lines": (of(LINEAR, {**RELU, "target": "A\nB\x1b[2J"}), r"A\nB\x1b[2J"),
    "a long name": (of(LINEAR, {**RELU, "target": "A" * 5_000}), "has a name of 5000 characters"),
    "a symbol from nowhere": (
        called("view.default", size={"as_sym_ints": [{"as_name": "n"}, {"as_int": -1}]}),
        "reads 'n', which nothing before it gives",
    ),
    "sizes that do not fit": (called("view.default", size={"as_ints": [-1, 7]}), "makes sizes (-1, 7) of (rows, 3)"),
    "an axis too far": (called("softmax.int", dim={"as_int": 9}), "names dimension 9 of a tensor that has 2"),
    "entries out of reach": (called("select.int", dim={"as_int": 1}, index={"as_int": 3}), "reads entry 3 of 3"),
    "too many parts": (called("unbind.int", dim={"as_int": 0}), "works across the rows"),
    "a kernel of another kind": (called("max_pool2d.default", kernel_size={"as_string": "2"}), "not a whole number"),
}


def loaded(*paths):
    """What a fresh interpreter says of these files."""
    command = [sys.executable, "-W", "error", "-c", LOADER, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_each_is_refused_with_one_sentence_in_little_memory(tmp_path):
    for name, (data, _) in REFUSED.items():
        (tmp_path / f"{name}.pt2").write_bytes(data() if callable(data) else data)
    report = loaded(*(tmp_path / f"{name}.pt2" for name in REFUSED))
    assert not report["torch"]
    assert report["memory"] < MOST_MEMORY
    wrong = {}
    for path, (error, sentence) in report["files"].items():
        expected = REFUSED[path.removeprefix(f"{tmp_path}/").removesuffix(".pt2")][1]
        refused = error in ("InvalidInputError", "UnsupportedModelError")
        if not refused or path not in sentence or expected not in sentence or "\n" in sentence or len(sentence) > 500:
            wrong[path] = sentence
    assert wrong == {}
    assert len(report["files"]) == len(REFUSED)


def test_what_they_are_made_of_is_read_without_torch(tmp_path):
    for name, data in READ.items():
        (tmp_path / f"{name}.pt2").write_bytes(data)
    report = loaded(*(tmp_path / f"{name}.pt2" for name in READ))
    assert not report["torch"]
    expected = [np.maximum([1.0, -2.0] @ WEIGHT.T, 0.0).tolist()]
    assert {path: found for path, (_, found) in report["files"].items() if found != expected} == {}
