"""Every operator that is read, and the idioms of public verification networks, against onnxruntime."""

import math
from typing import Any

import numpy as np
import pytest

from hinges import UnsupportedModelError
from hinges.interop import load

pytestmark = pytest.mark.needs("onnx", "onnxruntime")

RNG = np.random.default_rng(11)
FLOAT, INT64 = 1, 7
TOLERANCE = 2e-6  # of the output's scale: the files are float32, and so is what onnxruntime computes


class Model:
    """An ONNX graph under construction; `flow` is what the last node gives."""

    def __init__(self, *sizes, rows: Any = "n", opset=18):
        self.sizes, self.rows, self.opset = sizes, rows, opset
        self.nodes, self.tensors, self.flow = [], [], "x"

    def const(self, values):
        from onnx import numpy_helper

        array = np.asarray(values)
        array = array.astype(np.float32) if array.dtype.kind == "f" else array
        self.tensors.append(numpy_helper.from_array(array, f"c{len(self.tensors)}"))
        return self.tensors[-1].name

    def then(self, op, *constants, inputs=None, outputs=1, **attributes) -> Any:
        """Add a node that reads the flow, or `inputs`, and then constants."""
        from onnx import helper

        before = [self.flow] if inputs is None else list(inputs)
        given = [name if isinstance(name, str) else self.const(name) for name in constants]
        names = [f"{op}{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(op, before + given, names, name=f"{op}{len(self.nodes)}", **attributes))
        self.flow = names[0]
        return self if outputs == 1 else names

    def saved(self, path, *, initializers_as_inputs=False):
        from onnx import helper

        shape = list(self.sizes) if self.rows is None else [self.rows, *self.sizes]
        inputs = [helper.make_tensor_value_info("x", FLOAT, shape)]
        if initializers_as_inputs:
            inputs += [helper.make_tensor_value_info(t.name, t.data_type, t.dims) for t in self.tensors]
        outputs = [helper.make_tensor_value_info(self.flow, FLOAT, None)]
        graph = helper.make_graph(self.nodes, "graph", inputs, outputs, self.tensors)
        opsets = [helper.make_opsetid("", self.opset)]
        path.write_bytes(helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString())
        return path


def agrees(model, path, rows=7, **options):
    """Load the model, compare it with onnxruntime and give the network."""
    import onnxruntime

    network = load(model.saved(path, **options))
    rows = 1 if model.rows in (1, None) else rows
    x = RNG.normal(size=(rows, *model.sizes)).astype(np.float32)  # `rows` of the model may say that there are none
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (output,) = session.run(None, {"x": x[0] if model.rows is None else x})
    expected, found = np.asarray(output).reshape(rows, -1), network(x.reshape(rows, -1))
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= TOLERANCE * np.abs(expected).max()
    return network


def normal(*shape):
    return RNG.normal(size=shape)


K3, P1 = {"kernel_shape": [3, 3]}, {"pads": [1, 0, 1, 2]}
IMAGE = (2, 6, 7)
ON_IMAGES = {
    "convolution": lambda m: m.then("Conv", normal(4, 2, 3, 3), normal(4), **P1),
    "grouped, dilated": lambda m: m.then("Conv", normal(4, 1, 2, 2), group=2, strides=[2, 1], dilations=[2, 3]),
    "same upper": lambda m: m.then("Conv", normal(3, 2, 2, 3), auto_pad="SAME_UPPER", strides=[2, 2]),
    "same lower": lambda m: m.then("Conv", normal(3, 2, 2, 3), auto_pad="SAME_LOWER", strides=[2, 2]),
    "transposed": lambda m: m.then(
        "ConvTranspose", normal(2, 3, 3, 2), normal(3), strides=[2, 1], pads=[1, 0, 0, 1], output_padding=[1, 0]
    ),
    "transposed in groups": lambda m: m.then("ConvTranspose", normal(2, 2, 2, 2), group=2, dilations=[2, 1]),
    "batch norm": lambda m: m.then("Conv", normal(3, 2, 3, 3)).then(
        "BatchNormalization", normal(3), normal(3), normal(3), normal(3) ** 2, epsilon=1e-3
    ),
    "max pool": lambda m: m.then("MaxPool", strides=[2, 2], ceil_mode=1, **K3, **P1),
    "padding is no zero": lambda m: m.then("Abs").then("Neg").then("MaxPool", **K3, pads=[1, 1, 1, 1]),
    "average pool": lambda m: m.then("AveragePool", strides=[2, 1], **K3, **P1),
    "average with padding": lambda m: m.then("AveragePool", count_include_pad=1, **K3, **P1),
    "global average": lambda m: m.then("GlobalAveragePool"),
    "global max": lambda m: m.then("GlobalMaxPool").then("Flatten"),
    "mean": lambda m: m.then("ReduceMean", np.array([2, -1]), keepdims=0),
    "sum": lambda m: m.then("ReduceSum", np.array([1])),
    "max over axes": lambda m: m.then("ReduceMax", np.array([1, 2])),
    "min over axes": lambda m: m.then("ReduceMin", np.array([3]), keepdims=0),
    "reshape": lambda m: m.then("Reshape", np.array([0, -1, 2])).then("MatMul", normal(2, 3)),
    "transpose": lambda m: m.then("Transpose", perm=[0, 3, 1, 2]).then("Flatten").then("MatMul", normal(84, 3)),
    "squeeze": lambda m: m.then("Unsqueeze", np.array([2, 5])).then("Squeeze", np.array([5, 2])).then("Relu"),
    "slice": lambda m: m.then(
        "Slice", np.array([-1, 1]), np.array([-(2**31), 2**31 - 1]), np.array([3, 2]), np.array([-2, 1])
    ),
    "gather": lambda m: m.then("Gather", np.array([[1, 0], [-1, 1]]), axis=1),
    "pad": lambda m: m.then("Pad", np.array([0, 0, 1, 0, 0, 1, 0, 2]), np.float32(0.5)),
    "reflected": lambda m: m.then("Pad", np.array([0, 0, 2, 1, 0, 0, 0, 3]), mode="reflect"),
    "cropped": lambda m: m.then("Pad", np.array([0, 0, -2, 0, 0, 0, 1, -1])),
    "expand": lambda m: m.then("ReduceMax", np.array([2])).then("Expand", np.array([1, 2, 3, 1])),
    "tile": lambda m: m.then("Tile", np.array([1, 2, 1, 2])),
    "depth to space": lambda m: m.then("Tile", np.array([1, 2, 1, 1])).then("DepthToSpace", blocksize=2),
    "weights on the left": lambda m: m.then("MatMul", inputs=[m.const(normal(3, 6)), m.flow]),
    "hard sigmoid": lambda m: m.then("HardSigmoid", alpha=0.3, beta=0.4),
    "slopes": lambda m: m.then("PRelu", normal(2, 1, 1)),
    "shrink": lambda m: m.then("Shrink", lambd=0.25, bias=0.25),
    "one-sided clip": lambda m: m.then("Clip", np.float32(-0.25)),
    "clip": lambda m: m.then("Clip", np.float32(-0.25), np.float32(0.5)),
    "several": lambda m: m.then("Max", normal(2, 1, 1), normal(7)).then("Min", np.float32(0.75)),
    "identity": lambda m: m.then("Identity").then("Dropout").then("Cast", to=FLOAT).then("Relu"),
    "silu": lambda m: m.then("Sigmoid").then("Mul", inputs=["x", m.flow]),
    "division": lambda m: m.then("Sub", normal(2, 1, 1)).then("Div", normal(7) + 5).then("Neg"),
    "from a constant": lambda m: m.then("Sub", inputs=[m.const(normal(6, 1)), "x"]),
    "softplus": lambda m: m.then("Softplus"),
    "elu": lambda m: m.then("Elu", alpha=0.7).then("Celu", alpha=0.5).then("Selu"),
    "another selu": lambda m: m.then("Selu", alpha=1.5, gamma=1.25),
    "softsign": lambda m: m.then("Softsign"),
}


@pytest.mark.parametrize("name", ON_IMAGES)
def test_operators_on_images(name, tmp_path):
    agrees(ON_IMAGES[name](Model(*IMAGE)), tmp_path / "net.onnx")


def test_files_in_float64_are_read_to_the_last_digits(tmp_path):
    """onnxruntime has no convolution in float64, the package onnx has."""
    import onnx
    from onnx import TensorProto, numpy_helper, reference

    for norm, tolerance in ((False, 1e-14), (True, 1e-12)):
        model = Model(2, 8, 8).then("Conv", normal(4, 2, 3, 3), normal(4), pads=[1, 1, 1, 1], strides=[2, 1])
        if norm:
            model.then("BatchNormalization", normal(4), normal(4), normal(4), normal(4) ** 2, epsilon=1e-3)
        model.then("Relu").then("Conv", normal(4, 4, 3, 3), pads=[1, 1, 1, 1]).then("MaxPool", kernel_shape=[2, 2])
        model.then("Flatten").then("Gemm", normal(84, 3), normal(3))
        path = model.saved(tmp_path / "net.onnx")
        wide = onnx.load(str(path))
        for tensor in wide.graph.initializer:
            array = numpy_helper.to_array(tensor).astype(np.float64)
            tensor.CopyFrom(numpy_helper.from_array(array * (1 + 2.0**-40), tensor.name))
        for value in (*wide.graph.input, *wide.graph.output):
            value.type.tensor_type.elem_type = TensorProto.DOUBLE
        onnx.save(wide, str(path))
        x = normal(5, 2, 8, 8)
        (output, *_) = reference.ReferenceEvaluator(wide).run(None, {"x": x})
        expected = np.asarray(output)
        found = load(path)(x.reshape(5, -1))
        assert np.abs(found - expected).max() <= tolerance * np.abs(expected).max()
        assert load(wide)(x.reshape(5, -1)).tolist() == found.tolist()


def test_tensors_that_branch_and_meet(tmp_path):
    model = Model(*IMAGE, rows=3)
    model.then("Conv", normal(2, 2, 3, 3), pads=[1, 1, 1, 1]).then("Relu")
    first = model.flow
    model.then("Conv", normal(2, 2, 1, 1), normal(2)).then("Sub", inputs=[first, model.flow])
    second = model.flow
    model.then("Max", inputs=[first, second])
    model.then("Concat", inputs=[model.flow, second, "x"], axis=1)
    a, b = model.then("Split", np.array([2, 4]), outputs=2, axis=1)
    model.then("ReduceMean", np.array([1]), inputs=[b])
    model.then("Sum", inputs=[model.flow, a, model.const(np.float32(0.5))])
    model.then("Min", inputs=[model.flow, second])
    network = agrees(model, tmp_path / "net.onnx", rows=3)
    assert network.layers == ("Relu1", "Max4", "Min9")


def test_one_and_three_dimensions(tmp_path):
    agrees(
        Model(2, 9).then("Conv", normal(3, 2, 3), dilations=[2]).then("MaxPool", kernel_shape=[2]), tmp_path / "a.onnx"
    )
    agrees(
        Model(1, 4, 5, 3).then("Conv", normal(2, 1, 2, 2, 2)).then("AveragePool", kernel_shape=[2, 1, 2]),
        tmp_path / "b.onnx",
    )


def test_gelu_as_exporters_write_it_out(tmp_path):
    half, root = np.float32(0.5), np.float32(math.sqrt(2))
    for order in ("after", "before", "last"):
        model = Model(4).then("MatMul", normal(4, 5))
        x = model.flow
        model.then("Div", root).then("Erf").then("Add", np.float32(1.0))
        gate = model.flow
        if order == "before":
            model.then("Mul", half, inputs=[x]).then("Mul", gate)
        elif order == "after":
            model.then("Mul", half).then("Mul", x)
        else:
            model.then("Mul", inputs=[x, gate]).then("Mul", half)
        network = agrees(model.then("MatMul", normal(5, 2)), tmp_path / "net.onnx")
        assert [node.kind for node in network.hidden_nodes] == ["gelu"]  # pyright: ignore[reportAttributeAccessIssue]
        assert len(network.nodes) == 3


def test_a_final_softmax_or_sigmoid_is_left_out_with_a_note(tmp_path):
    for op, options in (("Softmax", {"axis": -1}), ("LogSoftmax", {}), ("Sigmoid", {})):
        model = Model(3).then("MatMul", normal(3, 4)).then(op, **options)
        network = load(model.saved(tmp_path / "net.onnx"))
        assert network.layers == ()
        (note,) = network.notes
        assert note.startswith(f"{op}1 (")
        assert note.endswith("at the end is left out: the network gives what goes into it")
    model = Model(3).then("MatMul", normal(3, 4)).then("Sigmoid").then("MatMul", normal(4, 1))
    assert load(model.saved(tmp_path / "net.onnx")).layers == ("Sigmoid1",)
    with pytest.raises(UnsupportedModelError, match=r"Softmax1 \(softmax\) stands inside the network"):
        load(Model(3).then("MatMul", normal(3, 4)).then("Softmax").then("Relu").saved(tmp_path / "net.onnx"))


def test_the_sums_of_exporters_on_shapes(tmp_path):
    """Flatten as torch and tf2onnx write it: sizes are taken apart and put together again."""
    model = Model(*IMAGE).then("Conv", normal(3, 2, 3, 3))
    x = model.flow
    model.then("Shape").then("Gather", np.array(0), axis=0).then("Unsqueeze", np.array([0]))
    rows = model.flow
    model.then("Shape", inputs=[x]).then("Slice", np.array([1]), np.array([4])).then("ReduceProd", keepdims=0)
    model.then("Cast", to=INT64).then("Mul", np.array(1)).then("Unsqueeze", np.array([0]))
    model.then("Concat", inputs=[rows, model.flow], axis=0)
    model.then("Reshape", inputs=[x, model.flow]).then("MatMul", normal(60, 2)).then("Add", normal(2))
    network = agrees(model, tmp_path / "net.onnx")
    assert len(network.nodes) == 2


# --- the idioms of public verification networks ----------------------------------------------------------


@pytest.mark.parametrize("opset", [7, 9, 18])
def test_a_controller_with_a_leading_subtraction_and_four_dimensions(opset, tmp_path):
    model = Model(1, 1, 5, rows=1, opset=opset).then("Sub", np.array([[[[1.0, 0.0, 2.0, 0.0, -1.0]]]]))
    model.then("Flatten")
    for units in (8, 8):
        model.then("MatMul", normal(8 if model.nodes[2:] else 5, units)).then("Add", normal(units)).then("Relu")
    model.then("MatMul", normal(8, 5)).then("Add", normal(5))
    network = agrees(model, tmp_path / "net.onnx", initializers_as_inputs=True)
    assert [type(node).__name__ for node in network.nodes] == ["Linear"] * 2 + ["Activation", "Linear"] * 2
    assert load(tmp_path / "net.onnx", input_shape=(5,)).inputs == 5


def test_a_matrix_on_the_left_of_a_column(tmp_path):
    model = Model(6, 1, rows=1)
    for units, before in ((8, 6), (3, 8)):
        model.then("MatMul", inputs=[model.const(normal(units, before)), model.flow]).then("Add", normal(units, 1))
        model.then("Relu")
    network = agrees(model, tmp_path / "net.onnx")
    assert [layer.weights.shape for layer in network.dense_layers()] == [(6, 8), (8, 3)]
    column = Model(6, 1, rows=None)
    column.then("MatMul", inputs=[column.const(normal(4, 6)), "x"]).then("Relu")
    assert agrees(column, tmp_path / "column.onnx").layers == ("Relu1",)


def test_a_vector_without_rows(tmp_path):
    model = Model(5, rows=None).then("MatMul", normal(5, 4)).then("Relu").then("MatMul", normal(4))
    assert agrees(model, tmp_path / "net.onnx").outputs == 1


def test_a_fixed_number_of_rows_in_shapes(tmp_path):
    model = Model(*IMAGE, rows=3).then("Reshape", np.array([3, 84])).then("Gemm", normal(5, 84), normal(5), transB=1)
    network = agrees(model, tmp_path / "net.onnx", rows=3)
    assert [layer.weights.shape for layer in network.dense_layers()] == [(84, 5)]


def test_a_residual_network_of_images(tmp_path):
    model = Model(3, 8, 8, rows=1, opset=12)
    model.then("Sub", normal(3, 1, 1)).then("Div", np.abs(normal(3, 1, 1)) + 1)
    model.then("Conv", normal(4, 3, 3, 3), pads=[1, 1, 1, 1], strides=[2, 2]).then("Relu")
    for _ in range(2):
        start = model.flow
        for last in (False, True):
            model.then("Conv", normal(4, 4, 3, 3) / 4, pads=[1, 1, 1, 1])
            model.then("BatchNormalization", *(np.abs(normal(4)) + 0.5 for _ in range(4)))
            if not last:
                model.then("Relu")
        model.then("Add", start).then("Relu")
    model.then("AveragePool", kernel_shape=[4, 4]).then("Flatten").then("Gemm", normal(10, 4), normal(10), transB=1)
    network = agrees(model, tmp_path / "net.onnx")
    assert [type(node).__name__ for node in network.nodes].count(
        "Linear"
    ) == 8  # normalised, 5 convolutions, mean, dense
    assert "whose numbers are rounded once" in network.notes[0]
