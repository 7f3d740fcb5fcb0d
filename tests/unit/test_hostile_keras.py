"""Keras files from a stranger: refused with one sentence, in little memory, and without importing Keras.

Most of them are refused before h5py is imported too. All are read in one fresh interpreter, which reports the
sentence and the memory of each.
"""

import io
import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest

pytestmark = pytest.mark.needs("h5py")

MOST_MEGABYTES = 200

LOADER = """
import json, resource, sys
from pathlib import Path
from hinges import HingesError
from hinges.interop import load
from hinges.interop import keras

def peak():
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count the memory of the program that started this one
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)

found, begun = {}, peak()
for path in sys.argv[1:]:
    try:
        said = [None, ", ".join(node.name for node in load(path).nodes)]
    except HingesError as error:
        said = [type(error).__name__, str(error)]
    heavy = sorted({"h5py", "keras", "torch", "jax"} & set(sys.modules))
    found[path] = [*said, peak() - begun, heavy]
print(json.dumps(found))
"""


# --- files ----------------------------------------------------------------------------------------------


def ref(name, call=0):
    return {"class_name": "__keras_tensor__", "config": {"shape": [None], "keras_history": [name, call, 0]}}


def layer(kind, name=None, *, reads=None, module="keras.layers", registered=None, **config):
    name = name or kind.lower()
    described = {"module": module, "class_name": kind, "registered_name": registered, "name": name}
    described["config"] = {"name": name, **config}
    if reads is not None:
        described["inbound_nodes"] = [{"args": [[ref(*source) for source in call]], "kwargs": {}} for call in reads]
    return described


def given(*shape):
    return layer("InputLayer", "x", batch_shape=[None, *shape])


def sequential(*layers):
    config = {"name": "model", "layers": list(layers)}
    return {"module": "keras", "class_name": "Sequential", "config": config, "registered_name": None}


def functional(layers, output, name="model"):
    config = {"name": name, "layers": layers, "input_layers": ["x", 0, 0], "output_layers": output}
    module = "keras.src.models.functional"
    return {"module": module, "class_name": "Functional", "config": config, "registered_name": "Functional"}


def weights(arrays=None, edit=None):
    import h5py

    data = io.BytesIO()
    with h5py.File(data, "w") as file:
        for path, array in (arrays or {}).items():
            file[path] = array
        if edit is not None:
            edit(h5py, file)
    return data.getvalue()


def archive(config, values=b"", **more):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr("config.json", config if isinstance(config, (str, bytes)) else json.dumps(config))
        file.writestr("model.weights.h5", values)
        for name, content in more.items():
            file.writestr(name, content)
    return data.getvalue()


def bomb(name):
    """An archive of a thousandth of its content."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file, file.open(name, "w") as member:
        for _ in range(200):
            member.write(b" " * 2**20)
    return data.getvalue()


def link(data):
    data = io.BytesIO(data)
    with zipfile.ZipFile(data, "a") as file:
        member = zipfile.ZipInfo("assets/link")
        member.external_attr = 0o120777 << 16
        file.writestr(member, "/etc/passwd")
    return data.getvalue()


def doubling(depth):
    """A model in which each model calls the one in it twice: 2**depth calls in a few kilobytes."""
    inner = functional([given(1), layer("Activation", "a", reads=[[("x",)]], activation="relu")], ["a", 0, 0])
    for _ in range(depth):
        calls = [{"args": [ref("x")], "kwargs": {}}, {"args": [ref("inner")], "kwargs": {}}]
        inner = functional([given(1), {**inner, "name": "inner", "inbound_nodes": calls}], ["inner", 2, 0])
    return inner


def within(depth):
    model = sequential(given(3))
    for i in range(depth):
        model = sequential({**model, "config": {**model["config"], "name": f"m{i}"}})
    return model


def external(h5py, file):
    file["layers/dense/vars"] = h5py.ExternalLink("/etc/passwd", "/x")


def soft(h5py, file):
    file["layers/dense"] = h5py.SoftLink("/elsewhere")


def outside(_, file):
    file.create_dataset("layers/dense/vars/0", (3, 2), "f8", external=[("/etc/passwd", 0, 48)])


def virtual(h5py, file):
    layout = h5py.VirtualLayout((3, 2), "f8")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (3, 2))
    file.create_virtual_dataset("layers/dense/vars/0", layout)


def declared(_, file):
    file.create_dataset("layers/dense/vars/0", (2**16, 2**20), "f8", chunks=(1024, 1024), compression="gzip")


def shared(_, file):
    for i in range(1, 300):
        file[f"layers/dense_{i}"] = file["layers/dense"]


DENSE = sequential(given(3), layer("Dense", units=2, activation="relu"))
SQUARE = np.ones((256, 256))
CIRCLE = functional(
    [given(3), layer("Add", "a", reads=[[("x",), ("b",)]]), layer("Add", "b", reads=[[("a",), ("x",)]])], ["b", 0, 0]
)
MANY = sequential(given(256), *[layer("Dense", f"d{i}", units=256, use_bias=False) for i in range(300)])
LAMBDA = layer("Lambda", "bad", function={"class_name": "__lambda__", "config": {"value": "4wEAAA=="}})
CODE = {"class_name": "__lambda__", "config": {"value": "4wEAAA=="}}
NAMED = {"class_name": "function", "module": "builtins", "config": "os.system"}
TRAINING = functional(
    [given(3), {**layer("Dropout"), "inbound_nodes": [{"args": [ref("x")], "kwargs": {"training": True}}]}],
    ["dropout", 0, 0],
)


def pair(kernel, bias=(0.0, 0.0)):
    return {"layers/dense/vars/0": np.asarray(kernel), "layers/dense/vars/1": np.asarray(bias)}


# Refused before h5py is imported: what the archive and its text tell.
FROM_TEXT = {
    "lambda": (lambda: archive(sequential(given(3), LAMBDA)), "'bad' is Python code"),
    "activation-code": (
        lambda: archive(sequential(given(3), layer("Dense", units=2, activation=CODE))),
        "'dense' (Dense) has an activation of its own ('__lambda__')",
    ),
    "activation-named": (
        lambda: archive(sequential(given(3), layer("Dense", units=2, activation=NAMED))),
        "'dense' (Dense) has an activation of its own ('function')",
    ),
    "custom": (
        lambda: archive(sequential(given(3), layer("Evil", module="evil", registered="evil>Evil"))),
        "'evil' is of a class that is not one of Keras' own",
    ),
    "recurrent": (lambda: archive(sequential(given(3, 2), layer("LSTM"))), "'lstm' (LSTM) is recurrent"),
    "training": (lambda: archive(TRAINING), "'dropout' is called with training=true"),
    "pickle": (lambda: b"\x80\x04\x95junk", "is a pickle"),
    "old": (lambda: weights({"x": np.ones(3)}), "older format HDF5"),
    "text": (lambda: b"hello", "is not a readable .keras file"),
    "empty": (lambda: b"", "is empty"),
    "no-config": (lambda: b"PK\x05\x06" + bytes(18), "no member 'config.json'"),
    "bomb": (lambda: bomb("config.json"), "would unpack to"),
    "escape": (lambda: archive(DENSE, **{"../../x": "1"}), "leads out of the archive"),  # pyright: ignore[reportArgumentType]
    "link": (lambda: link(archive(DENSE)), "is a link, which is never followed"),
    "million": (
        lambda: archive('{"class_name":"Sequential","config":{"layers":[' + ",".join(["{}"] * 10**6) + "]}}"),
        "1000003 parts",
    ),
    "thousands": (
        lambda: archive(sequential(given(3), *[layer("Dropout", f"d{i}") for i in range(10_001)])),
        "more than 10000 layers",
    ),
    "circle": (lambda: archive(CIRCLE), "'a' (Add) waits for a value that is never there"),
    "deep": (lambda: archive('{"class_name":' + "[" * 10**5 + "]" * 10**5 + "}"), "nested too deeply"),
    "models": (lambda: archive(within(60)), "stand inside each other more than 40 deep"),
    "doubling": (lambda: archive(doubling(35)), "times in all; at most"),
    "bytes": (lambda: archive(b"\xff\xfe{}"), "not UTF-8"),
    "list": (lambda: archive("[]"), "must be an object, not a list"),
    "twice": (lambda: archive('{"class_name": "Sequential", "class_name": "Functional"}'), "stands twice"),
    "missing": (lambda: archive(functional([given(3)], ["y", 0, 0])), "names the layer 'y', which is not there"),
}
FROM_WEIGHTS = {
    "no-variables": (lambda: archive(DENSE, weights()), "it has 0 variables where kernel and bias are needed"),
    "junk": (lambda: archive(DENSE, b"\x89HDF" + bytes(range(256)) * 9), "damaged or not in the format HDF5"),
    "cut": (lambda: archive(DENSE, weights(pair(np.ones((3, 2))))[:700]), "damaged"),
    "nan": (lambda: archive(DENSE, weights(pair([[0.0, 1.0], [2.0, np.nan], [0.0, 0.0]]))), "kernel[1][1] is nan"),
    "shape": (
        lambda: archive(DENSE, weights(pair(np.ones((4, 2))))),
        "its kernel has the shape (4, 2) where (3, 2) is needed",
    ),
    "strings": (lambda: archive(DENSE, weights({"layers/dense/vars/0": b"x"})), "not numbers"),
    "whole": (lambda: archive(DENSE, weights(pair(np.ones((3, 2), np.int8)))), "so its weights are rounded"),
    "external": (lambda: archive(DENSE, weights({}, external)), "is a link, which is never followed"),
    "soft": (lambda: archive(DENSE, weights({}, soft)), "is a link, which is never followed"),
    "outside": (lambda: archive(DENSE, weights({}, outside)), "keeps its numbers in another file"),
    "virtual": (lambda: archive(DENSE, weights({}, virtual)), "keeps its numbers in another file"),
    "declared": (lambda: archive(DENSE, weights({}, declared)), "more numbers than the file holds"),
    "shared": (
        lambda: archive(MANY, weights({"layers/dense/vars/0": SQUARE}, shared)),
        "more numbers than the file holds",
    ),
    "input": (
        lambda: archive(sequential(given(2**20, 2**20), layer("Flatten")), weights()),
        "the input has 1099511627776",
    ),
    "pool": (
        lambda: archive(
            sequential(given(8, 8, 3), layer("MaxPooling2D", pool_size=2**20, strides=1, padding="same")), weights()
        ),
        "maxpooling2d needs",
    ),
    "repeat": (lambda: archive(sequential(given(99), layer("RepeatVector", n=2**22)), weights()), "repeatvector has"),
}


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What a fresh interpreter says of each file, by its name."""
    folder = tmp_path_factory.mktemp("keras")
    cases = {"fine": (lambda: archive(DENSE, weights(pair(np.ones((3, 2))))), ""), **FROM_TEXT, **FROM_WEIGHTS}
    # What is read without h5py comes first, to see that it is not imported.
    names = [*FROM_TEXT, *FROM_WEIGHTS, "fine"]
    paths = {name: folder / f"{name}.keras" for name in names}
    for name, path in paths.items():
        path.write_bytes(cases[name][0]())
    command = [sys.executable, "-W", "error", "-c", LOADER, *map(str, paths.values())]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return {name: found[str(path)] for name, path in paths.items()}


@pytest.mark.parametrize("name", [*FROM_TEXT, *FROM_WEIGHTS])
def test_refused_in_one_sentence_and_in_little_memory(said, name):
    kind, sentence, megabytes, heavy = said[name]
    assert kind in ("InvalidInputError", "UnsupportedModelError")
    assert {**FROM_TEXT, **FROM_WEIGHTS}[name][1] in sentence
    assert f"{name}.keras" in sentence
    assert sentence.isprintable()
    assert len(sentence) < 500
    assert megabytes <= MOST_MEGABYTES
    assert heavy == ([] if name in FROM_TEXT else ["h5py"])


def test_a_proper_file_is_read_without_keras(said):
    kind, nodes, _, heavy = said["fine"]
    assert (kind, nodes, heavy) == (None, "dense, dense relu", ["h5py"])
