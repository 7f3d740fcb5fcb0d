"""A training loop as a user writes it, in NumPy: dense networks, Adam or gradient descent, and room for a fault."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from hinges import ACTIVATIONS, FitResult, History, Network
from hinges.nets._activations import LEAKY_SLOPE

MOMENTS = 60  # most records of a history


@dataclass(frozen=True)
class Recipe:
    """How a user trains.

    Arguments:
        hidden: units of each hidden layer.
        activation: of the hidden layers.
        output: the activation of the last layer.
        init: "keras" (glorot_uniform, zero biases), "torch" (uniform on +-1 / sqrt(inputs)), "spread" (as "torch",
            each unit of the first layer zero at a row of the data), "zeros" or "ones" (weights; zero biases).
        standardize: the columns that are trained with mean 0 and deviation 1, which is folded back: "", "x" or "xy".
        optimizer: "adam", or "sgd" without momentum.
        rate: the learning rate, constant, or along a cosine to zero if `cosine`.
        epochs: passes through the rows.
        batch: rows in a step; None takes all.
        loss: "mse", "cross-entropy", or "broadcast": the mean over all pairs (i, j) of (p_i - y_j)^2, which is what
            predictions of shape (n, 1) minus targets of shape (n,) give.
        seed: of the first start.
        starts: so many seeds are tried, and the best is kept.
        fault: changes the weights and biases at the start, in place.
        held: whether the first layer stays as it starts.
    """

    hidden: tuple[int, ...] = (10,)
    activation: str = "relu"
    output: str = "linear"
    init: str = "torch"
    standardize: str = ""
    optimizer: str = "adam"
    rate: float = 1e-3
    cosine: bool = False
    epochs: int = 200
    batch: int | None = 32
    loss: str = "mse"
    seed: int = 0
    starts: int = 1
    fault: Callable[[list, list], None] | None = None
    held: bool = False

    def fit(self, data):
        """Give the network, its loss on the data and the record of its training."""
        runs = [_one(replace(self, seed=self.seed + i), data) for i in range(self.starts)]
        return min(runs, key=lambda result: result.loss)


def loss_of(network, data, loss):
    """Give the mean squared error, or the mean surprise at the labels, over the rows by their weights."""
    outputs = network(data.x)
    rows = _surprise(outputs, data.y) if loss == "cross-entropy" else ((outputs - data.y) ** 2).mean(axis=1)
    return float(np.average(rows, weights=data.weights))


def _surprise(outputs, y):
    shifted = outputs - outputs.max(axis=1, keepdims=True)
    return np.log(np.exp(shifted).sum(axis=1)) - np.take_along_axis(shifted, y.astype(int), axis=1)[:, 0]


def _one(recipe, data):
    rng = np.random.default_rng(recipe.seed)
    x, x_offset, x_scale = _scaled(data.x, "x" in recipe.standardize)
    y, y_offset, y_scale = _scaled(data.y, "y" in recipe.standardize)
    classes = recipe.loss == "cross-entropy"
    outputs = int(data.y.max()) + 1 if classes else data.y.shape[1]
    target = np.eye(outputs)[data.y[:, 0].astype(int)] if classes else y
    weights, biases = _start(recipe, rng, x, outputs)
    if recipe.fault is not None:
        recipe.fault(weights, biases)
    moments = []

    def network():
        w, b = [part.copy() for part in weights], [part.copy() for part in biases]
        w[0] /= x_scale[:, None]
        b[0] -= x_offset @ w[0]
        if recipe.output == "linear" and not classes:
            w[-1], b[-1] = w[-1] * y_scale, b[-1] * y_scale + y_offset
        return Network.dense(w, b, [recipe.activation] * len(recipe.hidden) + [recipe.output])

    def keep(step):
        moments.append((step, network()))

    _descend(recipe, weights, biases, (x, target), rng, keep)
    last = network()
    return FitResult(
        network=last,
        function=None,
        loss=loss_of(last, data, recipe.loss),
        bounds=None,
        status="",
        method=recipe,
        history=_history(moments, data, recipe),
    )


def _scaled(values, wanted):
    if not wanted:
        return values, np.zeros(values.shape[1]), np.ones(values.shape[1])
    offset, spread = values.mean(axis=0), values.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    return (values - offset) / spread, offset, spread


def _start(recipe, rng, x, outputs):
    weights, biases = [], []
    for inputs, units in pairwise((x.shape[1], *recipe.hidden, outputs)):
        limit = np.sqrt(6.0 / (inputs + units)) if recipe.init == "keras" else 1.0 / np.sqrt(inputs)
        drawn = rng.uniform(-limit, limit, (inputs, units))
        plain = {"zeros": np.zeros_like(drawn), "ones": np.ones_like(drawn)}
        weights.append(plain.get(recipe.init, drawn))
        is_zero = recipe.init in {"keras", "zeros", "ones"}
        biases.append(np.zeros(units) if is_zero else rng.uniform(-limit, limit, units))
    if recipe.init == "spread":
        rows = x[rng.permutation(np.linspace(0, len(x) - 1, recipe.hidden[0]).astype(int))]
        order = np.argsort(x[:, 0], kind="stable")
        rows = x[order][np.linspace(0, len(x) - 1, recipe.hidden[0] + 2).astype(int)[1:-1]] if x.shape[1] == 1 else rows
        biases[0] = -(rows.T * weights[0]).sum(axis=0)
    return weights, biases


def _descend(recipe, weights, biases, rows, rng, keep):
    x, target = rows
    batch = len(x) if recipe.batch is None else min(recipe.batch, len(x))
    per_epoch = -(-len(x) // batch)
    total = per_epoch * recipe.epochs
    every = max(1, -(-total // MOMENTS))
    parts = weights + biases
    means, squares = [np.zeros_like(p) for p in parts], [np.zeros_like(p) for p in parts]
    order = np.arange(len(x))
    keep(0)
    for step in range(total):
        at = step % per_epoch
        if at == 0 and batch < len(x):
            order = rng.permutation(len(x))
        chosen = order[at * batch : (at + 1) * batch]
        gradients = _gradients(recipe, weights, biases, x[chosen], target[chosen])
        rate = recipe.rate * (0.5 * (1.0 + np.cos(np.pi * step / total)) if recipe.cosine else 1.0)
        for i, (part, gradient) in enumerate(zip(parts, gradients, strict=True)):
            if recipe.held and i in {0, len(weights)}:
                continue
            if recipe.optimizer == "sgd":
                part[...] = part - rate * gradient
                continue
            means[i] += 0.1 * (gradient - means[i])
            squares[i] += 0.001 * (gradient**2 - squares[i])
            corrected = np.sqrt(squares[i] / (1.0 - 0.999 ** (step + 1))) + 1e-7
            part[...] = part - rate / (1.0 - 0.9 ** (step + 1)) * means[i] / corrected
        if (step + 1) % every == 0 or step + 1 == total:
            keep(step + 1)


def _gradients(recipe, weights, biases, x, target):
    hidden = ACTIVATIONS[recipe.activation]
    inputs, before = [x], []
    for w, b in zip(weights[:-1], biases[:-1], strict=True):
        before.append(inputs[-1] @ w + b)
        inputs.append(hidden.value(before[-1], LEAKY_SLOPE))
    last = inputs[-1] @ weights[-1] + biases[-1]
    back = _wrong(recipe, last, target)
    for_weights, for_biases = [], []
    for layer in reversed(range(len(weights))):
        for_weights.append(inputs[layer].T @ back)
        for_biases.append(back.sum(axis=0))
        if layer:
            back = (back @ weights[layer].T) * hidden.derivative(before[layer - 1], LEAKY_SLOPE)
    return for_weights[::-1] + for_biases[::-1]


def _wrong(recipe, last, target):
    """Give the derivatives of the loss by what enters the output activation."""
    if recipe.loss == "cross-entropy":
        grown = np.exp(last - last.max(axis=1, keepdims=True))
        return (grown / grown.sum(axis=1, keepdims=True) - target) / len(last)
    output = ACTIVATIONS[recipe.output]
    wanted = target.mean(axis=0) if recipe.loss == "broadcast" else target
    error = output.value(last, LEAKY_SLOPE) - wanted
    return 2.0 / error.size * error * output.derivative(last, LEAKY_SLOPE)


def _history(moments, data, recipe):
    """Give the record of some moments as the library keeps it."""
    kinks, changes, dead, always_on, losses = [], [], [], [], []
    for _, network in moments:
        before = _preactivations(network, data.x)
        dead.append(np.concatenate([(z <= 0).all(axis=0) for z in before]))
        always_on.append(np.concatenate([(z > 0).all(axis=0) for z in before]))
        bends, jumps = np.full(len(dead[-1]), np.nan), np.full(len(dead[-1]), np.nan)
        if network.inputs == 1:
            w, b = network.weights[0][0], network.biases[0]
            bends[: len(b)] = np.divide(-b, w, out=np.full(len(b), np.nan), where=w != 0)
            if len(recipe.hidden) == 1 and network.outputs == 1:
                jumps[:] = network.weights[1][:, 0] * np.abs(w) * (recipe.activation == "relu")
        kinks.append(bends)
        changes.append(jumps)
        losses.append(loss_of(network, data, "cross-entropy" if recipe.loss == "cross-entropy" else "mse"))
    return History(
        step=np.array([step for step, _ in moments]),
        loss=np.array(losses),
        validation_loss=None,
        kinks=np.array(kinks),
        slope_changes=np.array(changes),
        dead=np.array(dead),
        always_on=np.array(always_on),
    )


def _preactivations(network, x):
    found, values = [], x
    layers = network.dense_layers()
    for layer in layers[:-1]:
        found.append(values @ layer.weights + layer.bias)
        values = ACTIVATIONS[layer.activation].value(found[-1], LEAKY_SLOPE)
    return found
