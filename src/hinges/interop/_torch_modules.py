"""Torch modules out of networks: familiar layers for chains, a small module of its own for other graphs.

Torch is handed in by `torch.py`, the one module that imports it.
"""

import functools
import re
from collections import OrderedDict
from typing import Any

import numpy as np

from hinges.errors import UnsupportedModelError
from hinges.interop._caps import MOST_PARAMETERS
from hinges.nets import Activation, Linear, Max, Network, Node

NOTES = "hinges_notes"  # the attribute by which a module that was made here is known
INPUTS = "hinges_inputs"  # how many numbers it takes
EXACT_SOFTPLUS = 40.0  # the threshold above which torch gives the input itself: there it is softplus to the last bit
PART = re.compile(r"(.*)\.parts\.([0-9]+)")  # the path of a term of a sum
DENSE = 0.25  # the part of a sparse matrix's entries that makes a dense one as good


def module_of(torch: Any, network: Network) -> Any:
    """Give a torch module in float64 and evaluation mode that computes the network."""
    chain = all(node.sources == (i,) for i, node in enumerate(network.nodes))
    family = torch.nn.Sequential if chain else classes(torch)["LayerGraph"]
    layers = OrderedDict(
        (name, _layer(torch, node)) for name, node in zip(_names(network, family), network.nodes, strict=True)
    )
    result = family(layers) if chain else family(layers, tuple(node.sources for node in network.nodes))
    setattr(result, NOTES, network.notes)
    setattr(result, INPUTS, network.inputs)
    return result.eval()


def _names(network: Network, family: Any) -> list[str]:
    """Give each node a name that torch allows for a layer: no dot, once, and no attribute of the module."""
    taken = {"training", "sources"}
    names: list[str] = []
    for i, node in enumerate(network.nodes):
        name = re.sub(r"[\W]", "_", node.name, flags=re.ASCII)
        if not name or name in taken or hasattr(family, name) or name.startswith("_"):
            name = f"layer_{i}_{name}"
        taken.add(name)
        names.append(name)
    return names


def own_name(layer: str, operator: str, kind: str) -> str:
    """Give the name of a layer of a module made here; what is part of one is named so that it is put together."""
    found = PART.fullmatch(layer)
    if found:
        return f"{found[1]} term {found[2]}_0"
    return f"{layer} entries 0_0" if kind.endswith(".SparseLinear") and operator == "sum" else layer


# --- layers ---------------------------------------------------------------------------------------------


def _layer(torch: Any, node: Node) -> Any:
    if isinstance(node, Linear):
        biases = [node.bias, *[None] * (len(node.sources) - 1)]
        parts = [_linear(torch, *pair, node.name) for pair in zip(node.matrices, biases, strict=True)]
        return parts[0] if len(parts) == 1 else classes(torch)["SumOfLinears"](parts)
    if isinstance(node, Max):
        return classes(torch)["LargestOf"](torch.tensor(node.groups))
    return _activation(torch, node)


def _linear(torch: Any, matrix: Any, bias: Any, name: str) -> Any:
    """Give a Linear layer, or for a sparse matrix one that gathers what each unit reads."""
    inputs, units = matrix.shape
    if hasattr(matrix, "tocsr"):
        columns = matrix.tocsc()
        columns.sort_indices()
        counts = np.diff(columns.indptr)
        widest = int(counts.max()) if len(counts) else 0
        if units * widest < DENSE * inputs * units:
            return _gathering(torch, columns, counts, widest, bias)
        if inputs * units > MOST_PARAMETERS:
            raise UnsupportedModelError(f"{name} has a sparse matrix of shape {matrix.shape}, too large to fill")
        matrix = matrix.toarray()
    layer = torch.nn.Linear(inputs, units, bias=bias is not None, dtype=torch.float64, device="meta")
    layer.weight = torch.nn.Parameter(torch.tensor(np.ascontiguousarray(matrix.T)))
    if bias is not None:
        layer.bias = torch.nn.Parameter(torch.tensor(bias))
    return layer


def _gathering(torch: Any, columns: Any, counts: Any, widest: int, bias: Any) -> Any:
    """Give the layer that reads entry index[i][j] times weight[i][j] for unit i, its short rows padded with 0."""
    inputs, units = columns.shape
    index = np.full((units, max(widest, 1)), inputs)
    weight = np.zeros((units, max(widest, 1)))
    filled = np.arange(max(widest, 1)) < counts[:, None]
    index[filled], weight[filled] = columns.indices, columns.data
    shift = None if bias is None else torch.tensor(bias)
    return classes(torch)["SparseLinear"](torch.tensor(index), torch.tensor(weight), shift)


def _activation(torch: Any, node: Activation) -> Any:
    nn = torch.nn
    if node.kind == "leaky_relu":
        if np.ndim(node.slope) == 0:
            return nn.LeakyReLU(float(node.slope))
        layer = nn.PReLU(node.units, dtype=torch.float64)
        layer.weight = nn.Parameter(torch.tensor(node.slope))
        return layer
    if node.kind == "clip":
        return (
            classes(torch)["Clip"](node.low, node.high) if node.low == node.high else nn.Hardtanh(node.low, node.high)
        )
    if node.kind == "elu":
        if np.ndim(node.slope):
            raise UnsupportedModelError(f"{node.name} is an elu with a slope for each unit, which torch does not have")
        return nn.ELU(float(node.slope))
    plain = {
        "linear": nn.Identity, "relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "selu": nn.SELU,
        "gelu": nn.GELU, "silu": nn.SiLU, "softsign": nn.Softsign,
        "softplus": functools.partial(nn.Softplus, threshold=EXACT_SOFTPLUS),
        "gelu_tanh": functools.partial(nn.GELU, "tanh"),
    }  # fmt: skip
    return plain[node.kind]()


@functools.lru_cache(maxsize=1)
def classes(torch: Any) -> dict[str, Any]:  # noqa: C901 - five classes, which need torch to be defined
    """Give the classes of the modules made here; they are found again under `hinges.interop.torch`."""
    nn, functional = torch.nn, torch.nn.functional

    class LayerGraph(nn.Module):
        """Layers in order, each of which reads the input (value 0) or what layer i gave (value i + 1)."""

        def __init__(self, layers: Any, sources: tuple[tuple[int, ...], ...]) -> None:
            super().__init__()
            for name, layer in layers.items():
                self.add_module(name, layer)
            self.sources = sources

        def forward(self, x: Any) -> Any:
            values = [x]
            for layer, sources in zip(self.children(), self.sources, strict=True):
                values.append(layer(*(values[source] for source in sources)))
            return values[-1]

    class SumOfLinears(nn.Module):
        """The sum of a linear layer for each source, the first of which holds the bias."""

        def __init__(self, parts: Any) -> None:
            super().__init__()
            self.parts = nn.ModuleList(parts)

        def forward(self, *sources: Any) -> Any:
            terms = [part(source) for part, source in zip(self.parts, sources, strict=True)]
            return torch.stack(terms, -1).sum(-1)

    class SparseLinear(nn.Module):
        """A linear layer whose unit i reads only the entries index[i], times weight[i]; index = inputs reads 0."""

        def __init__(self, index: Any, weight: Any, bias: Any) -> None:
            super().__init__()
            self.register_buffer("index", index)
            self.weight = nn.Parameter(weight)
            self.bias = None if bias is None else nn.Parameter(bias)

        def forward(self, x: Any) -> Any:
            result = (functional.pad(x, (0, 1))[:, self.index] * self.weight).sum(-1)
            return result if self.bias is None else result + self.bias

    class LargestOf(nn.Module):
        """The largest entry of each group of entries."""

        def __init__(self, groups: Any) -> None:
            super().__init__()
            self.register_buffer("groups", groups)

        def forward(self, x: Any) -> Any:
            return x[:, self.groups].amax(-1)

    class Clip(nn.Module):
        """Every entry held between two numbers, which may be equal."""

        def __init__(self, low: float, high: float) -> None:
            super().__init__()
            self.low, self.high = low, high

        def forward(self, x: Any) -> Any:
            return torch.clamp(x, self.low, self.high)

    made = {each.__name__: each for each in (LayerGraph, SumOfLinears, SparseLinear, LargestOf, Clip)}
    for name, each in made.items():
        each.__module__, each.__qualname__ = "hinges.interop.torch", name
    return made
