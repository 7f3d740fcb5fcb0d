"""Networks from and to Keras 3: live models, and .keras files, which are read without Keras."""

from collections.abc import Sequence
from typing import Any

from hinges.interop import _keras_live
from hinges.interop._keras_config import model_of
from hinges.interop._keras_graph import check, network_of
from hinges.nets import Network


def from_model(model: Any, input_shape: Sequence[int] | None = None) -> Network:
    """Give the network that a live Keras model computes after training (dropout off, BatchNormalization fixed).

    Exact: weights of float64 are bit-equal, narrower ones are widened without rounding. What is folded into
    another layer is rounded once, and a final softmax or sigmoid is left out; `notes` says so.

    Arguments:
        model: Sequential or Functional, also with models among its layers.
        input_shape: of one input, without the rows, where the model leaves it open.

    Raises:
        UnsupportedModelError: a layer has no counterpart here; it is named.
        InvalidInputError: the model is not built, or a weight is no finite number.
    """
    described = model_of(_keras_live.configuration(model))
    check(described)
    weights = _keras_live.variables(model)
    size = sum(array.size for arrays in weights.variables.values() for array in arrays)
    return network_of(described, weights, size, input_shape)
