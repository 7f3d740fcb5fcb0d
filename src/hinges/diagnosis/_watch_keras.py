"""The watcher of a Keras model: a callback for model.fit."""

import functools
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hinges.diagnosis._watch_record import Watching
from hinges.errors import InvalidInputError
from hinges.interop._formats import live_reader
from hinges.nets import Network

SQUARED = frozenset({"mse", "mean_squared_error", "meansquarederror"})


class KerasWatching(Watching):
    """What the callback does; `callback_class` puts Keras' own base behind it.

    Moments are taken at the start and at ends of epochs, when Keras has brought the weights back into the model.
    What is said between is only looked at for a loss that is not finite, and may come from another thread.
    """

    model: Any
    params: Any
    _restore_line = "model.set_weights(watcher.last_good)"
    async_safe = True  # on_train_batch_end only notes a step

    def __init__(self, model: Any, data: Any, **options: Any) -> None:
        Watching.__init__(self, data, **options)
        self._watched = model
        self._reader: Callable[[], Network] | None = None
        self._epochs, self._steps, self._began = 0, 0, 0
        self._last_said: Mapping[str, Any] = {}
        self._unfinite: list[int] = []
        if model.built:
            self._open(self._read())

    # --- what Keras calls -------------------------------------------------------------------------------

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002 - Keras names it
        """Take the first moment, or go on where an earlier fit ended."""
        if self.model is not self._watched:
            raise InvalidInputError("the callback watches another model: make one with watch(model, data) for this one")
        self._began = self._iterations() - self._steps
        self._unfinite = []
        self._warned.discard(True)  # another fit may diverge anew
        if not self._epochs:
            self._observe()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Note the step after which the reported loss was not finite."""
        loss = (logs or {}).get("loss")
        if loss is not None and not self._unfinite and not np.isfinite(loss):
            self._unfinite.append(self._steps + int(batch) + 1)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002 - as above
        """Take a moment where one is due."""
        self._epochs += 1
        self._steps = self._iterations() - self._began
        said = logs or {}
        self._last_said = said
        if self._is_due(self._epochs) or (self._unfinite and True not in self._warned):
            self._observe(said)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002 - as above
        """Take the last moment where it was not due."""
        if self._moments and self._moments[-1].tick != self._epochs:
            self._observe(self._last_said)

    def _observe(self, said: Mapping[str, Any] | None = None) -> None:
        held = (said or {}).get("val_loss") if self._speaks_the_same() else None
        shapes: list[tuple[int, ...]] = [tuple(each.shape) for each in self._watched.trainable_variables]
        self._take(
            self._epochs,
            self._steps,
            trainable=sum(int(np.prod(shape)) for shape in shapes),
            reported=min(self._unfinite, default=None),
            learning_rate=self._rate(),
            validation_loss=float("nan") if held is None else float(held),
        )
        if np.isnan(self._moments[-1].gradient_norm) and self._moments[-1].states and len(self._moments) == 1:
            self.notes += ("the gradient is not known: the network's numbers are not the model's own, one for one",)

    # --- the model --------------------------------------------------------------------------------------

    def _read(self) -> Network:
        if self._reader is None:
            shape = self._rows.shape
            told = getattr(self._watched, "input_shape", None)
            given = shape if not isinstance(told, tuple) or None in told[1:] else None
            self._reader = live_reader(self._watched, given)
        self._brought_back()
        return self._reader()

    def _weights(self) -> tuple[list[Any], bool]:
        self._brought_back()
        weights = [np.array(values) for values in self._watched.get_weights()]
        return weights, all(np.isfinite(values).all() for values in weights if values.dtype.kind == "f")

    def _brought_back(self) -> None:
        """Bring the weights back into the model: under JAX they are elsewhere while an epoch runs."""
        if hasattr(self._watched, "jax_state_sync"):
            self._watched.jax_state_sync()

    def _iterations(self) -> int:
        return int(sys.modules["keras"].ops.convert_to_numpy(self._watched.optimizer.iterations))

    def _rate(self) -> float:
        return float(sys.modules["keras"].ops.convert_to_numpy(self._watched.optimizer.learning_rate))

    def _speaks_the_same(self) -> bool:
        """Whether the loss that Keras reports is the one by which the network is judged here."""
        loss = self._watched.loss
        name = str(getattr(loss, "name", None) or getattr(loss, "__name__", None) or loss).lower()
        assert self._judge is not None or not self._moments
        if self._judge is None or self._judge.loss.name == "mse":
            return name in SQUARED
        return "crossentropy" in name.replace("_", "")

    def _spread_line(self) -> str:
        """Look for a Dense layer of one input at the beginning."""
        ground = self._ground
        for layer in self._watched.layers:
            if type(layer).__name__ == "Dense" and layer.use_bias and layer.kernel.shape[0] == 1 and ground is not None:
                return (
                    f"layer = model.get_layer({layer.name!r}); w, b = layer.get_weights(); "
                    f"layer.set_weights([w, -w[0] * numpy.random.uniform({ground.low:.3g}, {ground.high:.3g}, len(b))])"
                )
            if type(layer).__name__ not in {"InputLayer", "Flatten", "Reshape"}:
                break
        return ""


@functools.lru_cache(maxsize=1)
def _class_for(base: Any) -> Any:
    class Watcher(KerasWatching, base):  # pyright: ignore[reportUntypedBaseClass]
        """A keras.callbacks.Callback that records what the units of a network do while it is trained."""

        def __init__(self, model: Any, data: Any, **options: Any) -> None:
            base.__init__(self)
            KerasWatching.__init__(self, model, data, **options)

    return Watcher


def keras_watcher(model: Any, data: Any, **options: Any) -> Any:
    """Give the callback that watches a Keras model."""
    return _class_for(sys.modules["keras"].callbacks.Callback)(model, data, **options)
