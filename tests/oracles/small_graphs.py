"""Small networks with convolutions, residual connections, poolings and concatenation, in general position or not."""

import numpy as np

from hinges.interop._graph import Graph

STYLES = ("plain", "grid", "zero_bias", "duplicate", "antiparallel", "dead", "background")


class Weights:
    """Draws the numbers of one network in one style."""

    def __init__(self, seed, style):
        self.rng = np.random.default_rng(seed)
        self.style = style

    def layer(self, shape):
        """Give weights whose first axis counts the outputs, and a bias."""
        fan_in = np.prod(shape[1:])
        if self.style == "grid":
            return self.rng.integers(-3, 4, shape) / 4, self.rng.integers(-2, 3, shape[0]) / 4
        w, b = self.rng.normal(size=shape) / np.sqrt(fan_in), 0.3 * self.rng.normal(size=shape[0])
        if self.style == "zero_bias":
            b[:] = 0.0
        if self.style == "duplicate" and shape[0] > 1:
            w[1], b[1] = w[0], b[0]
        if self.style == "antiparallel" and shape[0] > 1:
            w[1], b[1] = -w[0], -b[0]
        if self.style == "dead":
            b[0] = -50.0
        return w, b

    def plane(self, inputs):
        """Give the rows origin, u and v of a plane."""
        base = self.rng.normal(size=(3, inputs))
        if self.style == "grid":
            base = np.rint(2 * base) / 2
        if self.style == "zero_bias":
            base[0] = 0.0
        if self.style == "background":
            base[:, inputs // 3 :] = 0.0
        return base


def _relu(graph, x):
    return graph.activation(x, "relu", "relu")


def _end(graph, x, draw, outputs=2):
    x = x.with_index(x.index.reshape(-1))
    w, b = draw.layer((outputs, x.index.size))
    return graph.finish(graph.dense(x, w.T, b, "last"))


def _conv(graph, x, draw, channels=2, kernel=2, pads=0):
    w, b = draw.layer((channels, x.shape[0], kernel, kernel))
    return graph.conv(x, w, b, pads=pads, name="conv")


def relu_then_pool(draw):
    graph = Graph((1, 4, 4))
    x = _relu(graph, _conv(graph, graph.input, draw))
    return _end(graph, graph.max_pool(x, (2, 2), strides=1, name="pool"), draw)


def pool_then_relu(draw):
    graph = Graph((1, 4, 4))
    x = graph.max_pool(_conv(graph, graph.input, draw), (2, 2), strides=1, name="pool")
    return _end(graph, _relu(graph, x), draw)


def pool_twice(draw):
    graph = Graph((1, 4, 4))
    x = graph.max_pool(_conv(graph, graph.input, draw), (2, 2), strides=1, name="pool")
    x = graph.max_pool(x, (2, 2), strides=1, pads=1, name="pool")
    return _end(graph, x, draw)


def pool_in_the_middle(draw):
    graph = Graph((1, 4, 4))
    x = _relu(graph, _conv(graph, graph.input, draw))
    x = graph.max_pool(x, (3, 3), strides=1, pads=1, name="pool")
    return _end(graph, _relu(graph, _conv(graph, x, draw)), draw)


def residual(draw):
    graph = Graph((1, 3, 3))
    x = _conv(graph, graph.input, draw, kernel=2, pads=1)
    y = _conv(graph, _relu(graph, x), draw, kernel=3, pads=1)
    return _end(graph, _relu(graph, graph.add([(x, 1.0), (y, 1.0)], "add")), draw)


def leaky_and_clip(draw):
    graph = Graph((1, 3, 3))
    x = graph.activation(_conv(graph, graph.input, draw), "leaky_relu", "leaky", slope=-0.5)
    x = graph.activation(_conv(graph, x, draw), "clip", "clip", low=-0.25, high=0.5)
    return _end(graph, x, draw, outputs=1)


def concatenated(draw):
    graph = Graph((4,))
    w, b = draw.layer((5, 4))
    x = _relu(graph, graph.dense(graph.input, w.T, b, "dense"))
    both = graph.concat([x, graph.input], 0)
    w, b = draw.layer((6, 9))
    y = graph.dense(both, w.T, b, "dense")
    z = graph.maximum(y.with_index(y.index[:3]), y.with_index(y.index[3:]), "max")
    return _end(graph, z, draw)


MAKERS = {
    maker.__name__: maker
    for maker in (
        relu_then_pool,
        pool_then_relu,
        pool_twice,
        pool_in_the_middle,
        residual,
        leaky_and_clip,
        concatenated,
    )
}


def small_graph(maker, style, seed):
    """Give a network and a plane (origin, u, v as rows)."""
    draw = Weights(seed, style)
    network = MAKERS[maker](draw)
    return network, draw.plane(network.inputs)
