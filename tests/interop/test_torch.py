"""Torch modules and .pt2 files against torch itself, in float64.

torch takes seconds to import, so it is imported by the tests that need it, and these are few: each goes through a
table and tells of every entry that is wrong.
"""

import copy
import io
import re
import warnings
import zipfile
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hinges import HingesError, InvalidInputError, Network, UnsupportedModelError
from hinges.interop import load, save
from hinges.interop import torch as interop
from hinges.nets import Activation, Linear, Max

pytestmark = pytest.mark.needs("torch")

ROWS = 7
PLAIN, FOLDED = 1e-14, 1e-12  # of the output's scale: as it is, and with a batch norm folded in


def quietly_imported():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"torch\.")
        import torch
    return torch


@pytest.fixture(scope="module")
def torch():
    return quietly_imported()


def calling(torch, forward, **parts):
    """A module of some parts, whose forward(self, x) is given."""

    class Calling(torch.nn.Module):
        def __init__(self):
            super().__init__()
            for name, part in parts.items():
                if isinstance(part, torch.Tensor):
                    self.register_buffer(name, part)
                else:
                    setattr(self, name, part)

        def forward(self, x):
            return forward(self, x)

    return Calling()


def settled(torch, module, seed=0):
    """The module in float64 with random weights and random statistics of its batch norms."""
    generator = torch.Generator().manual_seed(seed)
    module = module.double()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator, dtype=torch.float64) / 2)
        for name, buffer in module.named_buffers():
            if name.endswith("running_mean"):
                buffer.copy_(torch.randn(buffer.shape, generator=generator, dtype=torch.float64))
            if name.endswith("running_var"):
                buffer.copy_(torch.rand(buffer.shape, generator=generator, dtype=torch.float64) + 0.1)
    return module.eval()


def zoo(torch):
    """Name -> (module, shape of one input, which error is allowed)."""
    nn, F = torch.nn, torch.nn.functional
    w, v = torch.randn(4, 4, generator=torch.Generator().manual_seed(3)), torch.tensor([0.5, -1.0, 2.0, 0.25])

    def block(channels):
        return nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.BatchNorm2d(channels),
        )

    def residual(m, x):
        x = F.relu(m.stem(x))
        x = F.relu(m.block(x) + x)
        return m.head(F.adaptive_avg_pool2d(x, 1).flatten(1))

    def dynamic(m, x):
        x = F.max_pool2d(F.relu(m.conv(x)), 2)
        return m.head(x.view(x.size(0), -1))

    def per_step(m, x):
        rows, steps, features = x.shape
        x = F.relu(m.inner(x.reshape(rows * steps, features)))
        return m.outer(x.view(rows, -1))

    def in_place(m, x):
        x = m.first(x)
        kept = x
        x += 1.0
        F.relu_(x)
        return m.second(x) + kept  # kept is what relu_ left

    def no_grad(m, x):
        with torch.no_grad():
            x = m.first(x)
        return F.relu(x)

    def shuffled(m, x):
        x = torch.cat([x[:, 2:], x[:, :2].flip(1)], 1)
        a, b = x.chunk(2, 1)
        return torch.stack([a, b], 2).transpose(1, 2).reshape(-1, 4) @ m.w - m.v

    def piecewise(m, x):
        y = torch.maximum(x, m.v) + torch.minimum(x, -x.abs()) + torch.clamp(x, min=-0.5) - x.clamp(max=0.3)
        return y + x.amax(1, keepdim=True) + x.max(1).values[:, None] - x.min(dim=1, keepdim=True).values

    plain = {
        "mlp": (nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 8), nn.LeakyReLU(0.1), nn.Linear(8, 3)), (4,)),
        "without bias": (nn.Sequential(nn.Linear(4, 5, bias=False), nn.ReLU6(), nn.Linear(5, 1)), (4,)),
        "matrices": (calling(torch, lambda m, x: F.relu(x @ m.w + m.v) @ m.w.T / 3 - 2 * m.v, w=w, v=v), (4,)),
        "addmm": (calling(torch, lambda m, x: torch.addmm(m.v, x.relu(), m.w, beta=2, alpha=3), w=w, v=v), (4,)),
        "einsum": (calling(torch, lambda m, x: torch.einsum("bij,jk->bki", x.relu(), m.w), w=w), (3, 4)),
        "from the left": (calling(torch, lambda m, x: torch.matmul(m.w, x).relu(), w=w), (4, 3)),
        "dynamic flatten": (calling(torch, dynamic, conv=nn.Conv2d(2, 3, 3), head=nn.Linear(27, 2)), (2, 8, 8)),
        "rows joined": (calling(torch, per_step, inner=nn.Linear(3, 4), outer=nn.Linear(20, 2)), (5, 3)),
        "in place": (calling(torch, in_place, first=nn.Linear(4, 3), second=nn.Linear(3, 3)), (4,)),
        "no grad": (calling(torch, no_grad, first=nn.Linear(4, 3)), (4,)),
        "rearranged": (calling(torch, shuffled, w=w, v=v), (4,)),
        "largest": (calling(torch, piecewise, v=v), (4,)),
        "prelu": (nn.Sequential(nn.Conv1d(2, 4, 3), nn.PReLU(4), nn.Flatten(), nn.Linear(24, 3), nn.PReLU()), (2, 8)),
        "hard": (nn.Sequential(nn.Linear(4, 5), nn.Hardtanh(-0.5, 2.0), nn.Linear(5, 5), nn.Hardsigmoid()), (4,)),
        "shrunk": (nn.Sequential(nn.Linear(4, 5), nn.Softshrink(0.3), nn.Threshold(0.2, 0.2), nn.RReLU()), (4,)),
        "strided": (
            nn.Sequential(nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2), groups=2), nn.ReLU()),
            (4, 7, 6),
        ),
        "same": (nn.Sequential(nn.Conv1d(2, 3, 4, padding="same"), nn.ReLU(), nn.AvgPool1d(3, 2, 1)), (2, 9)),
        "circular": (nn.Conv2d(1, 2, 3, padding=1, padding_mode="circular"), (1, 5, 5)),
        "reflected": (nn.Sequential(nn.ReflectionPad2d(1), nn.Conv2d(1, 2, 3), nn.ZeroPad2d((1, 0, 0, 2))), (1, 5, 5)),
        "transposed": (nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2), (4, 3, 3)),
        "pools": (
            nn.Sequential(
                nn.MaxPool2d(3, 2, 1), nn.Conv2d(2, 3, 2), nn.AvgPool2d(2, padding=1), nn.AdaptiveMaxPool2d((3, 1))
            ),
            (2, 10, 10),
        ),
        "average without padding": (nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False), (1, 6, 6)),
        "max hanging over": (nn.MaxPool1d(3, 2, dilation=2, ceil_mode=True), (2, 10)),
        "upsampled": (nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(1, 4, 2), nn.PixelShuffle(2)), (1, 3, 3)),
        "every step": (nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Flatten(), nn.Linear(20, 2)), (5, 3)),
        "dropout": (nn.Sequential(nn.Linear(4, 6), nn.Dropout(0.5), nn.ReLU(), nn.AlphaDropout(0.5)), (4,)),
        "shared": (calling(torch, lambda m, x: m.layer(F.relu(m.layer(x))), layer=nn.Linear(4, 4)), (4,)),
        "weight norm": (nn.utils.parametrizations.weight_norm(nn.Linear(4, 3)), (4,)),
        "weighted sum": (
            calling(torch, lambda m, x: (x.relu() * m.v).sum(1, keepdim=True) + x.mean(1)[:, None], v=v),
            (4,),
        ),
        "smooth": (
            nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.SiLU(), nn.ELU(0.7), nn.SELU(), nn.GELU(), nn.CELU(0.5)),
            (4,),
        ),
        "smooth too": (
            nn.Sequential(nn.Linear(4, 5), nn.GELU("tanh"), nn.Softsign(), nn.Softplus(), nn.LogSigmoid()),
            (4,),
        ),
    }
    folded = {
        "batch norm": (nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 2)), (4,)),
        "conv, batch norm, pool": (
            nn.Sequential(
                nn.Conv2d(3, 4, 3, bias=False),
                nn.BatchNorm2d(4),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Flatten(),
                nn.Linear(36, 5),
            ),
            (3, 8, 8),
        ),
        "residual": (
            calling(torch, residual, stem=nn.Conv2d(3, 4, 3, padding=1), block=block(4), head=nn.Linear(4, 3)),
            (3, 6, 6),
        ),
        "batch norm first": (nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 2)), (4,)),
        "batch norm behind relu": (nn.Sequential(nn.Conv1d(1, 2, 3), nn.ReLU(), nn.BatchNorm1d(2)), (1, 6)),
    }
    return {n: (*case, PLAIN) for n, case in plain.items()} | {n: (*case, FOLDED) for n, case in folded.items()}


def differing(torch, module, network, shape):
    """The largest difference between a module and its network on random rows, of the output's scale."""
    x = torch.randn(ROWS, *shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64) * 2
    with torch.no_grad():
        expected = module(x.clone()).reshape(ROWS, -1).numpy()
    found = network(x.reshape(ROWS, -1).numpy())
    assert found.shape == expected.shape
    return np.abs(found - expected).max() / np.abs(expected).max()


def written(torch, module, shape, path, rows=None, **options):
    """The .pt2 file of a module, for any number of rows or for some."""
    example = torch.zeros(rows or 2, *shape, dtype=next(module.parameters(), torch.zeros(0).double()).dtype)
    sizes = None if rows else ({0: torch.export.Dim("rows")},)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"torch\.")
        exported = torch.export.export(module, (example,), dynamic_shapes=sizes)
        torch.export.save(exported, path, **options)
    return path


def assert_equal(one, other):
    """Two networks with the same nodes, every number to the last bit; names of results in a graph may differ."""
    assert [type(node) for node in one.nodes] == [type(node) for node in other.nodes]
    for a, b in zip(one.nodes, other.nodes, strict=True):
        assert (a.sources, a.units) == (b.sources, b.units)
        assert a.name == b.name or "getitem" in b.name + a.name
        if isinstance(a, Linear):
            pairs: Any = zip((*a.matrices, a.bias), (*b.matrices, b.bias), strict=True)
            for pair in pairs:
                p, q = (each.toarray() if hasattr(each, "tocsr") else np.ascontiguousarray(each) for each in pair)
                assert p.tobytes() == q.tobytes()
        elif isinstance(a, Max):
            assert np.array_equal(a.groups, b.groups)
        else:
            assert (a.kind, a.low, a.high) == (b.kind, b.low, b.high)
            assert np.array_equal(a.slope, b.slope)


def test_modules_and_their_files_are_read_as_torch_computes_them(torch, tmp_path):
    wrong = {}
    cases = zoo(torch)
    for i, (name, (module, shape, allowed)) in enumerate(cases.items()):
        settled(torch, module, i)
        try:
            network = interop.from_module(module, shape)
            error = differing(torch, module, network, shape)
            if error > allowed:
                wrong[name] = error
            if i % 4 == 0:  # and through a file: the same graph
                assert_equal(interop.read_pt2(written(torch, module, shape, tmp_path / f"{i}.pt2")), network)
        except (HingesError, AssertionError) as problem:
            wrong[name] = str(problem)
    assert wrong == {}
    assert len(cases) >= 30


def refusals(torch):
    """Name -> (module, shape, the layer that is named, a part of the sentence)."""
    nn = torch.nn
    line = nn.Linear(4, 4)
    gate = calling(torch, lambda m, x: m.line(x) * torch.sigmoid(x), line=line)
    picky = calling(torch, lambda m, x: m.line(x) if x.sum() > 0 else -x, line=line)
    views = calling(torch, lambda m, x: (m.line(x)[:, :2].relu_(), m.line(x))[1] @ m.line.weight, line=line)

    def behind(m, x):
        y = m.line(x)
        y[:, :2].relu_()
        return y

    return {
        "layer norm": (nn.Sequential(line, nn.LayerNorm(4)), (4,), "1 (LayerNorm)", "not piecewise linear"),
        "group norm": (nn.Sequential(nn.Conv1d(4, 4, 1), nn.GroupNorm(2, 4)), (4, 3), "1 (GroupNorm)", "spread"),
        "batch statistics": (
            nn.Sequential(line, nn.BatchNorm1d(4, track_running_stats=False)),
            (4,),
            "1 (BatchNorm1d)",
            "evaluation",
        ),
        "product": (gate, (4,), "mul (aten.mul.Tensor)", "not piecewise linear"),
        "softmax inside": (nn.Sequential(line, nn.Softmax(1), nn.Linear(4, 2)), (4,), "1 (softmax)", "inside"),
        "recurrent": (
            calling(torch, lambda m, x: m.cell(x)[0], cell=nn.LSTM(4, 2, batch_first=True)),
            (3, 4),
            "cell (LSTM)",
            "recurrent",
        ),
        "gated": (nn.Sequential(nn.Linear(4, 4), nn.GLU()), (4,), "1 (GLU)", "product"),
        "jump": (nn.Sequential(line, nn.Hardshrink()), (4,), "1 (Hardshrink)", "jumps"),
        "step": (nn.Sequential(line, nn.Threshold(0.1, 20.0)), (4,), "1", "jumps from 20 to 0.1"),
        "choice": (calling(torch, lambda _, x: torch.where(x > 0, x, x * 2)), (4,), "gt (aten.gt.Scalar)", "compares"),
        "branch": (picky, (4,), "the module", "branches on the values of its input"),
        "order": (calling(torch, lambda _, x: x.sort(1).values), (4,), "sort", "orders"),
        "positions": (calling(torch, lambda _, x: x.argmax(1)), (4,), "argmax", "orders"),
        "across rows": (calling(torch, lambda _, x: x - x.mean(0)), (4,), "mean (aten.mean.dim)", "across the rows"),
        "rows first": (calling(torch, lambda _, x: x.T), (4,), "numpy_t", "rows"),
        "mixed rows": (calling(torch, lambda _, x: x.reshape(4, -1)), (4,), "reshape", "mixes the rows"),
        "uneven pool": (nn.AdaptiveAvgPool2d(2), (1, 5, 5), "adaptive_avg_pool2d", "sizes that divide"),
        "view changed": (calling(torch, behind, line=line), (4,), "relu_", "in place"),
        "two outputs": (calling(torch, lambda _, x: (x * 2, x * 3)), (4,), "2 outputs", "return the one"),
        "two inputs": (nn.Bilinear(4, 4, 2), (4,), "input1, input2", "networks of one are read"),
        "power": (calling(torch, lambda _, x: x**2), (4,), "pow_1", "not piecewise linear"),
        "whole numbers": (calling(torch, lambda _, x: x.long()), (4,), "to (aten.to.dtype)", "jumps"),
        "view": (views, (4,), "", ""),
    }


def test_what_is_not_read_is_named(torch, capfd):
    wrong = {}
    for name, (module, shape, layer, reason) in refusals(torch).items():
        module.double().eval()
        try:
            interop.from_module(module, shape)
        except UnsupportedModelError as error:
            sentence = str(error)
            if layer not in sentence or reason not in sentence or "\n" in sentence:
                wrong[name] = sentence
        else:
            wrong[name] = "read"
    assert wrong == {"view": "read"}  # only what is read later counts
    assert capfd.readouterr() == ("", "")  # torch prints a graph where a module branches


def test_the_module_stays_as_it_is(torch):
    nn = torch.nn
    module = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.ReLU(inplace=True), nn.Linear(4, 1))
    module[0].eval()  # a mixture, on purpose
    module(torch.ones(5, 3)).sum().backward()
    before = copy.deepcopy(module.state_dict())
    gradients = [parameter.grad.clone() for parameter in module.parameters()]
    modes = [part.training for part in module.modules()]
    network = interop.from_module(module)
    assert [part.training for part in module.modules()] == modes
    assert {parameter.dtype for parameter in module.parameters()} == {torch.float32}
    assert all(p.requires_grad for p in module.parameters())
    for parameter, gradient in zip(module.parameters(), gradients, strict=True):
        assert torch.equal(parameter.grad, gradient)
    assert all(torch.equal(before[key], value) for key, value in module.state_dict().items())
    assert network.notes[0] == ("read in evaluation mode, though 1 (BatchNorm1d), 2 (Dropout) were in training mode")
    assert differing(torch, copy.deepcopy(module).double().eval(), network, (3,)) <= FOLDED


def test_the_shape_of_the_input_is_found_or_asked_for(torch):
    nn = torch.nn
    assert interop.from_module(nn.Sequential(nn.Flatten(), nn.Linear(6, 2))).inputs == 6
    assert interop.from_module(nn.Sequential(nn.Linear(6, 2)), [6]).inputs == 6
    conv = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    with pytest.raises(
        InvalidInputError, match=r"0 \(Conv2d\) takes 3 channels of any size; .* input_shape=\(3, 32, 32\)$"
    ):
        interop.from_module(conv)
    with pytest.raises(InvalidInputError, match=r"^input_shape is needed: no layer of the module tells it"):
        interop.from_module(nn.ReLU())
    with pytest.raises(
        InvalidInputError, match=r"does not run on inputs of shape \(rows, 5\): give the right input_shape"
    ):
        interop.from_module(nn.Linear(6, 2), (5,))
    with pytest.raises(InvalidInputError, match=r"^module must be a torch.nn.Module, not int$"):
        interop.from_module(3)


def test_narrow_weights_are_widened_exactly(torch):
    nn = torch.nn
    for dtype in (torch.float32, torch.float16, torch.bfloat16):
        module = nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 2)).to(dtype)
        network = interop.from_module(module)
        for layer, weights, bias in zip(module[::2], network.weights, network.biases, strict=True):
            assert np.array_equal(weights, layer.weight.detach().double().numpy().T)
            assert np.array_equal(bias, layer.bias.detach().double().numpy())


def test_a_final_softmax_or_sigmoid_is_left_out_with_a_note(torch):
    nn = torch.nn
    line = nn.Linear(4, 3).double()
    for last, note in (
        (nn.Softmax(-1), "1 (softmax) at the end is left out"),
        (nn.LogSoftmax(1), "1 (log-softmax) at the end is left out"),
        (nn.Sigmoid(), "1 (sigmoid) at the end is left out"),
    ):
        network = interop.from_module(nn.Sequential(line, last))
        assert network.notes == (f"{note}: the network gives what goes into it",)
        assert differing(torch, line, network, (4,)) <= PLAIN


def test_files_exported_for_fixed_numbers_of_rows(torch, tmp_path):
    nn = torch.nn
    module = settled(torch, nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 3)))
    for rows in (1, 2, 5):
        network = load(written(torch, module, (1, 4, 4), tmp_path / f"{rows}.pt2", rows))
        assert differing(torch, module, network, (1, 4, 4)) <= PLAIN
    path = tmp_path / "5.pt2"
    assert load(path, input_shape=(1, 4, 4)).inputs == 16
    with pytest.raises(InvalidInputError, match=r"input_shape \(1, 5, 5\) does not fit"):
        load(path, input_shape=(1, 5, 5))
    single = calling(torch, lambda m, x: m.line(x).relu(), line=nn.Linear(4, 3).double())
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"torch\.")
        exported = torch.export.export(single, (torch.zeros(4, dtype=torch.float64),))
    assert differing(torch, single, interop.from_module(exported), (4,)) <= PLAIN


def test_files_of_older_versions_are_read(torch, tmp_path):
    """Torch 2.7 and before, and 2.8, keep tensors in files of torch.save."""
    from torch._export.serde.serialize import serialize

    nn = torch.nn
    module = settled(
        torch, nn.Sequential(nn.Conv1d(2, 3, 3), nn.BatchNorm1d(3), nn.ReLU(), nn.Flatten(), nn.Linear(18, 2))
    )
    path = written(torch, module, (2, 8), tmp_path / "new.pt2")
    saved = serialize(torch.export.load(path))
    layouts = {
        "2.7": {
            "serialized_exported_program.json": saved.exported_program,
            "serialized_state_dict.pt": saved.state_dict,
            "serialized_constants.pt": saved.constants,
            "serialized_example_inputs.pt": saved.example_inputs,
            "version": "8.7",
        },
        "2.8": {
            "model/archive_format": "pt2",
            "model/models/model.json": saved.exported_program,
            "model/data/weights/model.pt": saved.state_dict,
            "model/data/constants/model.pt": saved.constants,
        },
    }
    for version, members in layouts.items():
        with zipfile.ZipFile(tmp_path / f"{version}.pt2", "w") as file:
            for name, content in members.items():
                file.writestr(name, content)
        assert_equal(load(tmp_path / f"{version}.pt2"), load(path))


def branching():
    """A network with every kind of node: branches, sparse and dense matrices, slopes a unit, groups."""
    from scipy import sparse

    rng = np.random.default_rng(5)
    thin = sparse.random_array((6, 20), density=0.1, rng=rng, format="csr")
    both = sparse.random_array((3, 5), density=0.2, rng=rng, format="csr")
    nodes = (
        Linear((0,), (rng.normal(size=(3, 6)),), rng.normal(size=6), "first"),
        Activation(1, "relu", 6, "bend"),
        Linear((2, 0), (thin, rng.normal(size=(3, 20))), rng.normal(size=20), "sum"),
        Max(3, np.array([[0, 1, 2], [3, 4, 5], [19, 18, 18]]), 20, "pool"),
        Activation(4, "leaky_relu", 3, "each", slope=[0.1, 0.2, -0.3]),
        Activation(5, "clip", 3, "held", low=-0.1, high=0.7),
        Linear((6, 6, 1), (both, both, sparse.eye_array(6, 5).tocsr()), np.zeros(5), "last"),
        Activation(7, "softplus", 5, "smooth"),
        Linear((8,), (sparse.eye_array(5).tocsr(),), rng.normal(size=5), "shifted"),
        Activation(9, "sigmoid", 5, "end"),
    )
    return Network(nodes, 3, ("a note",))


def test_networks_go_to_torch_and_come_back_bit_equal(torch, tmp_path):
    rng = np.random.default_rng(0)
    shapes, kinds = [(2, 5), (5, 4), (4, 3)], ["leaky_relu", "tanh"]
    chain = Network.dense([rng.normal(size=s) for s in shapes], [rng.normal(size=s[1]) for s in shapes], kinds)
    smooth = ["elu", "selu", "gelu", "gelu_tanh", "silu", "softsign", "sigmoid", "softplus", "linear", "clip"]
    line = Linear((0,), (rng.normal(size=(2, 3)),), rng.normal(size=3), "dense.0")  # a dot is no name in torch
    long = Network((line, *(Activation(i + 1, kind, 3, kind) for i, kind in enumerate(smooth))), 2)
    for i, network in enumerate((chain, branching(), long)):
        module = interop.to_torch(network)
        assert not module.training
        assert differing(torch, module, network, (network.inputs,)) <= PLAIN
        path = save(network, tmp_path / f"{i}.pt2")
        for back in (interop.from_module(module), load(path)):
            assert back.notes == network.notes
            if network is not long:
                assert_equal(back, network)
            else:  # torch.export drops what does nothing, and names have no dots
                kinds = [node.kind for node in back.nodes if isinstance(node, Activation)]
                assert kinds == [kind for kind in smooth if kind != "linear"]
                assert_equal(Network(back.nodes[:1], 2), Network((replace(line, name="dense_0"),), 2))
        run = torch.export.load(path).module()
        assert differing(torch, run, network, (network.inputs,)) <= PLAIN
    assert type(interop.to_torch(chain)) is torch.nn.Sequential
    assert [type(layer).__name__ for layer in interop.to_torch(chain)] == [
        "Linear", "LeakyReLU", "Linear", "Tanh", "Linear",
    ]  # fmt: skip


def test_a_module_made_here_can_be_saved_and_trained(torch):
    module = interop.to_torch(branching())
    buffer = io.BytesIO()
    torch.save(module, buffer)
    buffer.seek(0)
    again = torch.load(buffer, weights_only=False)
    x = torch.ones(2, 3, dtype=torch.float64)
    assert torch.equal(again(x), module(x))
    module(x).sum().backward()
    assert all(parameter.grad is not None for parameter in module.parameters())
    assert {parameter.dtype for parameter in module.parameters()} == {torch.float64}


def test_what_torch_cannot_hold_is_refused():
    elu = Network((Activation(0, "elu", 2, "bent", slope=[0.5, 0.7]),), 2)
    with pytest.raises(UnsupportedModelError, match=r"^bent is an elu with a slope for each unit"):
        interop.to_torch(elu)
    with pytest.raises(InvalidInputError, match=re.escape("network must be a Network, not int")):
        interop.to_torch(3)  # pyright: ignore[reportArgumentType]
