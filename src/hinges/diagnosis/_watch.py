"""watch: what the units of a network do while the user's own training runs."""

from typing import Any

from hinges.diagnosis._watch_keras import keras_watcher
from hinges.diagnosis._watch_torch import TorchWatcher
from hinges.errors import InvalidInputError
from hinges.interop._formats import framework_of


def watch(
    model: Any, data: Any, *, loss: str | None = None, every: int = 1, moments: int = 100, rows: int = 1024
) -> Any:
    """Give what looks on while a Keras model or a torch module is trained, and warns once when something breaks.

    For Keras it is a callback: `model.fit(x, y, callbacks=[watcher])`. For torch it goes around the loop, in which
    nothing changes: `with watch(model, data) as watcher:`; a loop without an optimizer of torch calls
    `watcher.after_step()`. Either keeps, from moment to moment, the loss on the data, which units of each hidden
    layer are dead or always on, where they bend (of one input), the length of the gradient and the learning rate:

    * `watcher.history` is a `History`, which `diagnose(watcher.network, data, history=watcher.history)` takes;
    * `watcher.network` is the network as it is now, `watcher.summary()` the course in words;
    * `watcher.findings` is what broke, each warned about once with a `TrainingWarning`: no unit bends among the data,
      a layer is dead, the gradient is zero far from the goal, the training has diverged;
    * `watcher.last_good` holds the weights of the last moment when all was well.

    The training is not touched: the model is not run, and its weights are the same to the last bit as without.
    Weights are read, on this machine, in float64 and in evaluation mode. The gradient under torch is the one that
    the loop used for its last step; under Keras it is computed here, for all `rows`, where the model is made of
    Dense layers alone.

    Arguments:
        model: a Keras 3 model, whose moments are ends of epochs, or a torch.nn.Module, whose moments are steps.
        data: the training data, a Dataset or a pair (x, y) of arrays or tensors.
        loss: "mse", or "cross-entropy" for classes; without it, what the network's end and the targets suggest.
        every: how many epochs or steps lie between two moments.
        moments: how many are kept; when there are more, every second one goes and `every` doubles, so that a
            training of any length costs little.
        rows: how many rows are read at each moment, evenly taken; fewer where the network is large.

    Raises:
        UnsupportedModelError: the model holds a layer that cannot be read; it is named.
        InvalidInputError: the model or the data is not one, or they do not go together.

    >>> watch([1, 2], ([0.0], [1.0]))
    Traceback (most recent call last):
        ...
    hinges.errors.InvalidInputError: model must be a Keras model or a torch module, not list
    """
    options = {"loss": loss, "every": every, "moments": moments, "rows": rows}
    framework = framework_of(model)
    if framework == "keras":
        return keras_watcher(model, data, **options)
    if framework == "torch" and hasattr(model, "named_parameters"):
        return TorchWatcher(model, data, **options)
    raise InvalidInputError(f"model must be a Keras model or a torch module, not {type(model).__name__}")
