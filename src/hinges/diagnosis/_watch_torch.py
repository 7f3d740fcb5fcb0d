"""The watcher of a torch module: it looks on while an optimizer steps, or when the loop says so."""

import contextlib
import sys
import weakref
from types import TracebackType
from typing import Any, Self

import numpy as np

from hinges.diagnosis._watch_record import Watching
from hinges.errors import HingesError, InvalidInputError
from hinges.interop._formats import live_reader
from hinges.nets import Network


class TorchWatcher(Watching):
    """Records what the units of a torch module do while a loop of the user's own trains it.

    In a `with` block every step of an optimizer that holds a parameter of the module is seen by itself. Without
    one, call `after_step()` behind `optimizer.step()`, before the gradients are zeroed. The module is never run:
    its weights are copied, and the copy is read in evaluation mode.
    """

    _restore_line = "model.load_state_dict(watcher.last_good)"

    def __init__(self, model: Any, data: Any, **options: Any) -> None:
        Watching.__init__(self, data, **options)
        self._watched = getattr(model, "_orig_mod", model)  # what torch.compile wraps
        shape = self._rows.shape
        try:
            self._reader = live_reader(self._watched, shape if len(shape) > 1 else None)
        except InvalidInputError as error:
            if "input_shape is needed" not in str(error):
                raise
            self._reader = live_reader(self._watched, shape)
        self._steps = 0
        self._ours: weakref.WeakKeyDictionary[Any, bool] = weakref.WeakKeyDictionary()
        self._turn: weakref.WeakSet[Any] = weakref.WeakSet()  # the optimizers that have made the last step together
        self._seen = False
        self._handle: Any = None
        self._take(0, 0)

    # --- the loop ---------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        if self._handle is not None:
            raise InvalidInputError("the watcher is in use: leave its with block before you enter another")
        if not self._steps:
            self._take(0, 0)  # the weights may have been set since it was made
        self._handle = sys.modules["torch.optim.optimizer"].register_optimizer_step_post_hook(self._stepped)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(*(() if kind is None else (HingesError, UserWarning))):  # the loop's own error counts
            self.close()

    def close(self) -> None:
        """Take the last moment and look on no longer; called by the end of the `with` block."""
        if self._handle is not None:
            self._handle.remove()
            self._handle = None
        if self._moments[-1].tick != self._steps:
            self._take(self._steps, self._steps)

    def after_step(self) -> None:
        """Count a step that the loop has just made; a step that was seen by itself is not counted twice."""
        if self._seen:
            self._seen = False
            return
        self._count(self._steps + 1, None)

    def _stepped(self, optimizer: Any, *_: Any) -> None:
        """See a step; optimizers that step in turn, each for parameters of its own, make one together."""
        if optimizer not in self._ours:
            ours = {id(parameter) for parameter in self._watched.parameters()}
            self._ours[optimizer] = any(id(each) in ours for g in optimizer.param_groups for each in g["params"])
        if not self._ours[optimizer]:
            return
        self._seen = True
        if self._turn and optimizer not in self._turn:
            self._turn.add(optimizer)
            return
        self._turn = weakref.WeakSet([optimizer])
        self._count(self._steps + 1, optimizer)

    def _count(self, step: int, optimizer: Any) -> None:
        self._steps = step
        if self._is_due(step):
            rate = float("nan") if optimizer is None else float(optimizer.param_groups[0]["lr"])
            self._take(step, step, gradient_norm=self._gradient_norm(), learning_rate=rate)

    # --- the module -------------------------------------------------------------------------------------

    def _read(self) -> Network:
        return self._reader()

    def _weights(self) -> tuple[dict[str, Any], bool]:
        state = {
            name: value.detach().to("cpu", copy=True)
            for name, value in self._watched.state_dict().items()
            if hasattr(value, "detach")
        }
        finite = all(bool(value.isfinite().all()) for value in state.values() if value.is_floating_point())
        return state, finite

    def _gradient_norm(self) -> float:
        """Give the length of the gradients that the loop has left in the parameters, NaN where it left none."""
        norm = sys.modules["torch"].linalg.vector_norm
        found = [each.grad.detach() for each in self._watched.parameters() if each.grad is not None]
        if not found:
            return float("nan")
        sizes = [float(norm((each.to_dense() if each.is_sparse else each).float())) for each in found]
        return float(np.linalg.norm(sizes))

    def _spread_line(self) -> str:
        """Look for a Linear layer of one input at the beginning."""
        ground = self._ground
        for name, layer in self._watched.named_modules():
            kind = type(layer).__name__
            if kind == "Linear":
                if layer.in_features != 1 or layer.bias is None or ground is None:
                    break
                place = f"model.get_submodule({name!r})" if name else "model"
                return (
                    f"layer = {place}; layer.bias.data = -layer.weight.data[:, 0] * "
                    f"torch.empty_like(layer.bias).uniform_({ground.low:.3g}, {ground.high:.3g})"
                )
        return ""
