"""Keras models, live and from files, against what Keras itself predicts in float64; and models written for Keras."""

import os
import sys
from contextlib import contextmanager

import numpy as np
import pytest

from hinges import InvalidInputError, UnsupportedModelError
from hinges.interop import keras as interop
from hinges.interop import load, save
from hinges.nets import ELEMENTWISE, Activation, Linear, Max, Network

pytestmark = [
    pytest.mark.needs("keras", "jax", "h5py"),
    # Of Keras itself: its variables under NumPy 2, and what it says of a lambda that is saved.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The object being serialized includes a .lambda:UserWarning"),
]

ROWS = 12


@contextmanager
def float64():
    """Keras that really computes in float64: outside of TensorFlow it halves what it promotes."""
    import jax
    from keras.src.backend.common import dtypes

    with pytest.MonkeyPatch.context() as patch, jax.enable_x64(True):
        patch.setitem(dtypes.BIT64_TO_BIT32_DTYPE, "float64", "float64")
        yield


@pytest.fixture(scope="module")
def keras():
    os.environ.setdefault("KERAS_BACKEND", "numpy")
    import keras

    policy, floatx = keras.config.dtype_policy(), keras.config.floatx()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    with float64():
        yield keras
    keras.config.set_floatx(floatx)
    keras.config.set_dtype_policy(policy)


def randomized(model, seed=0):
    """Give the model with random weights, variances positive; what a Normalization learned stays."""
    random = np.random.default_rng(seed)
    for variable in model.weights:
        values = 0.5 * random.normal(size=variable.shape)
        if "variance" in variable.path:
            values = np.abs(values) + 0.2
        if "/normalization" not in f"/{variable.path}":
            variable.assign(values)
    return model


def inputs_of(model, seed=1):
    random = np.random.default_rng(seed)
    return [random.normal(size=(ROWS, *tensor.shape[1:])) for tensor in model.inputs]


def flat(inputs):
    return np.concatenate([x.reshape(ROWS, -1) for x in inputs], axis=1)


def same_nodes(a, b):
    """Whether two networks have the same nodes, to the last bit."""
    return len(a.nodes) == len(b.nodes) and all(_same(x, y) for x, y in zip(a.nodes, b.nodes, strict=True))


def _dense(matrix):
    return matrix.toarray() if hasattr(matrix, "tocsr") else matrix


def _same(x, y):
    if type(x) is not type(y) or x.sources != y.sources or x.units != y.units:
        return False
    if isinstance(x, Linear):
        pairs = [(_dense(m), _dense(n)) for m, n in zip(x.matrices, y.matrices, strict=True)]
        return all(np.array_equal(m, n) for m, n in [*pairs, (x.bias, y.bias)])
    if isinstance(x, Activation):
        parameters = {"leaky_relu": ("slope",), "elu": ("slope",), "clip": ("low", "high")}.get(x.kind, ())
        return x.kind == y.kind and all(np.array_equal(getattr(x, key), getattr(y, key)) for key in parameters)
    return np.array_equal(x.groups, y.groups)


# --- the zoo: each function builds a model from Keras and its layers -----------------------------------------


def residual(k, L):
    x = k.Input((6, 6, 2))
    first = L.BatchNormalization()(L.Conv2D(3, 3, activation="relu")(x))
    second = L.Conv2D(3, 1)(first)
    joined = L.Flatten()(L.Add()([first, second]) + first * 2.0)
    inner = k.Sequential([k.Input((48,)), L.Dense(4, activation=L.LeakyReLU(0.2)), L.Dropout(0.1), L.PReLU()])
    both = L.Concatenate()([inner(joined), inner(joined * 0.5)])
    return k.Model(x, L.Normalization(mean=[1.0] * 8, variance=[2.0] * 8)(both))


def images(data_format):
    shape = (9, 8, 4) if data_format == "channels_last" else (4, 9, 8)
    where = {"data_format": data_format}

    def model(k, L):
        return k.Sequential(
            [
                k.Input(shape),
                L.Conv2D(4, 3, strides=2, padding="same", groups=2, activation="relu", **where),
                L.DepthwiseConv2D(2, depth_multiplier=2, padding="same", **where),
                L.MaxPooling2D(2, strides=1, padding="same", **where),
                L.AveragePooling2D(2, padding="same", **where),
                L.UpSampling2D(2, **where),
                L.ZeroPadding2D(((1, 0), (2, 1)), **where),
                L.Cropping2D(((0, 1), (1, 0)), **where),
                L.SeparableConv2D(3, 2, **where),
                L.BatchNormalization(axis=-1 if data_format == "channels_last" else 1),
                L.Flatten(**where),
                L.Dense(3, "softplus"),
            ]
        )

    return model


def pooled(k, L):
    layers = [L.Conv2D(4, 3, dilation_rate=2), L.PReLU(shared_axes=[1, 2]), L.GlobalAveragePooling2D(keepdims=True)]
    return k.Sequential([k.Input((9, 8, 4)), *layers, L.GlobalMaxPooling2D(), L.Dense(3)])


def sequence(k, L):
    layers = [
        L.Conv1D(4, 3, padding="causal", dilation_rate=2, activation="relu"),
        L.MaxPooling1D(2),
        L.AveragePooling1D(3, 1, padding="same"),
        L.SeparableConv1D(3, 2),
        L.ZeroPadding1D(1),
        L.Cropping1D((0, 1)),
        L.UpSampling1D(2),
        L.Permute((2, 1)),
        L.Reshape((-1,)),
        L.Dense(4, "gelu"),
        L.RepeatVector(3),
        L.GlobalAveragePooling1D(),
    ]
    return k.Sequential([k.Input((12, 3)), *layers])


def slopes(k, L):
    layers = [L.ReLU(max_value=0.5, negative_slope=0.1), L.Dense(4), L.ReLU(6), L.ELU(0.4), L.LeakyReLU(0.3)]
    scaled = [L.Rescaling([1.0, 2.0, 3.0, 4.0], 1.0), L.GaussianNoise(1.0), L.ReLU(negative_slope=0.2)]
    return k.Sequential([k.Input((3,)), L.Dense(9), *layers, *scaled])


def merged(k, L):
    a, b = k.Input((3,), name="a"), k.Input((2, 2), name="b")
    u, v = L.Dense(4, "relu")(a), L.Dense(4)(L.Flatten()(b))
    terms = [
        L.Add()([u, v]),
        L.Subtract()([u, v]),
        L.Average()([u, v, u]),
        L.Maximum()([u, v, u * 2]),
        L.Minimum()([u, v]),
        k.ops.maximum(v, 0.25),
        k.ops.minimum(v, np.array([0.1, 0.2, 0.3, 0.4])),
        abs(v),
        -u / 3 + 1 - v,
        1 - u,
        k.ops.relu(v),
    ]
    return k.Model([a, b], L.Concatenate()(terms))


def nested(k, L):
    x = k.Input((4,))
    inner = k.Model(x, L.Dense(4, "relu")(x))
    shared = L.Dense(4)
    y = k.Input((4,))
    outer = k.Model(y, shared(y))  # a layer that both models have
    return k.Model(x, inner(outer(shared(inner(inner(x))))))


def normalized(k, L):
    learned = L.Normalization()
    learned.adapt(np.random.default_rng(2).normal(size=(30, 4, 5, 3)))
    fixed = L.Normalization(mean=2.0, variance=3.0, axis=None)
    return k.Sequential(
        [k.Input((4, 5, 3)), learned, L.Conv2D(2, 2, activation="relu"), fixed, L.Flatten(), L.Dense(2)]
    )


def last_axis(k, L):
    return k.Sequential([k.Input((4, 5)), L.Dense(3, "relu"), L.Dense(2), L.Identity(), L.Flatten()])


def volume(k, L):
    layers = [L.Conv3D(2, 2, activation="relu"), L.MaxPooling3D(2, strides=1), L.GlobalAveragePooling3D()]
    return k.Sequential([k.Input((4, 4, 3, 1)), *layers])


ZOO = {
    "residual": residual,
    "channels_last": images("channels_last"),
    "channels_first": images("channels_first"),
    "pooled": pooled,
    "sequence": sequence,
    "slopes": slopes,
    "merged": merged,
    "nested": nested,
    "normalized": normalized,
    "last axis": last_axis,
    "volume": volume,
}
NAMES = "relu leaky_relu relu6 hard_tanh elu celu selu gelu silu softplus softsign tanh hard_sigmoid soft_shrink"


def activated(name):
    return lambda k, L: k.Sequential([k.Input((3,)), L.Dense(30, activation=name), L.Dense(2)])


ZOO |= {name: activated(name) for name in NAMES.split()}


@pytest.mark.parametrize("name", ZOO)
def test_network_is_what_keras_predicts_and_a_file_gives_the_same_bits(keras, tmp_path, name):
    model = randomized(ZOO[name](keras, keras.layers))
    inputs = inputs_of(model)
    expected = np.asarray(keras.ops.convert_to_numpy(model(inputs if len(inputs) > 1 else inputs[0])))
    assert expected.dtype == np.float64
    expected = expected.reshape(ROWS, -1)
    network = load(model)
    bound = 1e-12 if "folded" in " ".join(network.notes) else 1e-14
    assert np.abs(network(flat(inputs)) - expected).max() <= bound * max(np.abs(expected).max(), 1.0)
    model.save(tmp_path / "model.keras")
    again = load(tmp_path / "model.keras")
    assert same_nodes(network, again)
    assert again.notes == network.notes


def test_weights_of_float32_are_widened_exactly(keras, tmp_path):
    layer = keras.layers.Dense(5, "relu", dtype="float32", name="first")
    model = randomized(keras.Sequential([keras.Input((3,), dtype="float32"), layer]))
    model.save(tmp_path / "model.keras")
    for network in (load(model), load(tmp_path / "model.keras")):
        kernel, bias = (np.asarray(values) for values in layer.get_weights())
        assert kernel.dtype == np.float32
        assert np.array_equal(network.nodes[0].matrices[0], kernel.astype(np.float64))  # pyright: ignore[reportAttributeAccessIssue]
        assert np.array_equal(network.nodes[0].bias, bias.astype(np.float64))  # pyright: ignore[reportAttributeAccessIssue]
        assert network.layers == ("first relu",)


@pytest.mark.parametrize(
    ("end", "note"),
    [("softmax", "(softmax) at the end is left out"), ("sigmoid", "(sigmoid) at the end is left out")],
)
def test_probabilities_at_the_end_are_left_out_and_said(keras, end, note):
    layers = keras.layers
    model = randomized(keras.Sequential([keras.Input((3,)), layers.Dense(4, "relu"), layers.Dense(2, end)]))
    network = load(model)
    assert note in " ".join(network.notes)
    (x,) = inputs_of(model)
    p = np.asarray(model(x))
    scores = network(x)
    if end == "softmax":
        assert scores[:, 1] - scores[:, 0] == pytest.approx(np.log(p[:, 1] / p[:, 0]), abs=1e-12)
    else:
        assert scores == pytest.approx(np.log(p / (1 - p)), abs=1e-12)


def test_open_sizes_are_asked_for_in_one_sentence(keras, tmp_path):
    layers = keras.layers
    model = keras.Sequential([keras.Input((None, None, 1)), layers.Conv2D(2, 3), layers.GlobalMaxPooling2D()])
    model.save(tmp_path / "model.keras")
    for source in (model, tmp_path / "model.keras"):
        with pytest.raises(InvalidInputError, match=r"leaves sizes open .* give it whole as input_shape"):
            load(source)
        with pytest.raises(InvalidInputError, match="does not fit the input"):
            load(source, input_shape=(6, 6, 2))
        assert load(source, input_shape=(6, 5, 1)).inputs == 30


# --- what is refused -----------------------------------------------------------------------------------------


def ends_with(layer, shape=(4,)):
    return lambda k, L: k.Sequential([k.Input(shape), layer(L)])


def multiplied(k, L):
    x = k.Input((4,))
    return k.Model(x, L.Multiply()([L.Dense(3)(x), L.Dense(3)(x)]))


def attention(k, L):
    x = k.Input((4, 2))
    return k.Model(x, L.MultiHeadAttention(1, 2)(x, x))


def trained(k, L):
    x = k.Input((4,))
    return k.Model(x, L.Dropout(0.5, name="loud")(x, training=True))


def two_outputs(k, L):
    x = k.Input((4,))
    return k.Model(x, [L.Dense(3)(x), L.Dense(3)(x)])


def divided(k, L):
    x = k.Input((4,))
    return k.Model(x, L.Dense(3)(x) / L.Dense(3)(x))


REFUSED = {
    "Lambda": (ends_with(lambda L: L.Lambda(lambda x: 2 * x, name="mine")), "layer 'mine'"),
    "LSTM": (ends_with(lambda L: L.LSTM(2, name="memory"), (4, 2)), r"'memory' \(LSTM\) is recurrent"),
    "LayerNormalization": (ends_with(lambda L: L.LayerNormalization(name="ln")), "'ln' .* BatchNormalization"),
    "Embedding": (ends_with(lambda L: L.Embedding(3, 2, name="words")), "'words'"),
    "threshold": (ends_with(lambda L: L.ReLU(threshold=1.0, name="step")), "'step' .* jumps at its threshold"),
    "mish": (ends_with(lambda L: L.Dense(3, "mish", name="odd")), "'odd' .* the activation 'mish'"),
    "bilinear": (ends_with(lambda L: L.UpSampling2D(interpolation="bilinear", name="up"), (2, 2, 1)), "'up'"),
    "inner softmax": (
        lambda k, L: k.Sequential([k.Input((4,)), L.Dense(3, "softmax", name="s"), L.Dense(2)]),
        r"s \(softmax\) stands inside the network",
    ),
    "Multiply": (multiplied, r"\(Multiply\) multiplies values"),
    "attention": (attention, r"\(MultiHeadAttention\) multiplies values"),
    "division": (divided, "divides two values"),
    "training": (trained, "'loud' is called with training=true"),
    "two outputs": (two_outputs, "gives 2 values"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_counterpart_is_refused_by_its_name(keras, tmp_path, name):
    make, message = REFUSED[name]
    model = make(keras, keras.layers)
    model.save(tmp_path / "model.keras")
    for source in (model, tmp_path / "model.keras"):
        with pytest.raises(UnsupportedModelError, match=message):
            load(source)


def test_classes_and_functions_of_somebodys_own_are_refused(keras, tmp_path):
    class Doubled(keras.layers.Layer):
        def call(self, x):
            return 2 * x

    class Whole(keras.Model):
        def call(self, x):
            return x

    def square(x):
        return x * x

    own_class = keras.Sequential([keras.Input((3,)), Doubled(name="twice")])
    own_function = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation=square, name="curved")])
    for model, message in ((own_class, "'twice'"), (own_function, "'curved' .* activation")):
        model.save(tmp_path / "model.keras")
        for source in (model, tmp_path / "model.keras"):
            with pytest.raises(UnsupportedModelError, match=message):
                load(source)
    with pytest.raises(UnsupportedModelError, match="is a Whole, whose code cannot be read"):
        load(Whole(name="mine"))


def test_a_model_that_is_not_built_is_refused(keras):
    with pytest.raises(InvalidInputError, match=r"\(Dense\): it has 0 variables .*was the model built"):
        load(keras.Sequential([keras.layers.Dense(2)]), input_shape=(3,))


def test_rounded_weights_are_refused(keras):
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(8, name="small")])
    model.layers[0].quantize("int8")
    with pytest.raises(UnsupportedModelError, match=r"'small' .* rounded"):
        load(model)


# --- models for Keras ----------------------------------------------------------------------------------------


def networks():
    random = np.random.default_rng(3)

    def matrix(*shape):
        return random.normal(size=shape)

    def between(activation):
        first, last = (
            Linear((0,), (matrix(3, 5),), matrix(5), "in / first"),
            Linear((2,), (matrix(5, 2),), matrix(2), "out"),
        )
        return Network((first, activation, last), 3)

    found = {kind: between(Activation(1, kind, 5, "a/b", slope=0.7, low=-0.3, high=0.9)) for kind in ELEMENTWISE}
    found["chain"] = Network.dense([matrix(3, 5), matrix(5, 4), matrix(4, 1)], [matrix(5), matrix(4), matrix(1)])
    found["absolute"] = between(Activation(1, "leaky_relu", 5, "abs", slope=-1.0))
    found["prelu"] = between(Activation(1, "leaky_relu", 5, "prelu", slope=matrix(5)))
    found["relu6"] = between(Activation(1, "clip", 5, "relu6", low=0.0, high=6.0))
    found["sigmoid at the end"] = Network.dense([matrix(3, 2)], [matrix(2)], ["sigmoid"])
    found["graph"] = Network(
        (
            Linear((0,), (matrix(6, 8),), matrix(8), "first"),
            Activation(1, "relu", 8, "relu"),
            Linear((1, 2, 0), (matrix(8, 6), matrix(8, 6), matrix(6, 6)), matrix(6), "residual"),
            Max(3, np.array([[0, 1], [2, 3], [3, 5]]), 6, "pool"),
            Linear((4,), (matrix(3, 2),), matrix(2), "last"),
        ),
        6,
    )
    return found


NETWORKS = networks()


@pytest.mark.parametrize("name", NETWORKS)
def test_models_for_keras_compute_the_same_and_come_back_bit_equal(keras, tmp_path, name):
    network = NETWORKS[name]
    x = np.random.default_rng(4).normal(size=(ROWS, network.inputs))
    path = save(network, tmp_path / "net.keras")
    loaded = keras.saving.load_model(path, safe_mode=True)
    for model in (interop.to_keras(network), loaded):
        assert np.asarray(model(x)) == pytest.approx(network(x), rel=1e-14, abs=1e-14)
        assert same_nodes(network, load(model))
    assert same_nodes(network, load(path))
    assert type(loaded).__name__ == ("Functional" if name in ("graph", "clip", "gelu_tanh") else "Sequential")


@pytest.mark.usefixtures("keras")
def test_a_sparse_layer_is_written_in_full_up_to_a_limit(tmp_path):
    sparse = pytest.importorskip("scipy.sparse")
    small = Network((Linear((0,), (sparse.eye_array(4, format="csr"),), np.arange(4.0), "conv"),), 4)
    assert same_nodes(small, load(save(small, tmp_path / "net.keras")))
    large = Network((Linear((0,), (sparse.eye_array(2**14, format="csr"),), np.zeros(2**14), "conv"),), 2**14)
    with pytest.raises(UnsupportedModelError, match="written in full"):
        interop.to_keras(large)


def test_keras_stays_in_its_modules(keras):
    assert keras.backend.backend() == os.environ["KERAS_BACKEND"]
    assert "tensorflow" not in sys.modules
