"""Case: a network on its data with one loss, and all that several checks read, each computed once and when asked."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from hinges._arrays import Floats
from hinges.data import Dataset
from hinges.diagnosis._floor import floor_of
from hinges.diagnosis._gradient import gradient_norm
from hinges.diagnosis._layer_state import LayerState, layer_states
from hinges.diagnosis._loss import Loss, loss_of
from hinges.diagnosis._noise import FEWEST_REPEATS, curve_noise, repeated_noise, share_repeated
from hinges.diagnosis._record import TrainingRecord
from hinges.diagnosis._trials import MOST_ROWS, Trials
from hinges.diagnosis._verdict import far_from_possible
from hinges.fits import ErrorBounds
from hinges.nets import Network


@dataclass(frozen=True, eq=False)
class Case:
    """A network on rows of data whose weights are not zero.

    Arguments:
        network: the network.
        data: the rows that count.
        loss: how it is judged.
        record: of its training, None where none was given.
        tries: whether remedies are tried.
    """

    network: Network
    data: Dataset
    loss_name: str
    record: TrainingRecord | None = None
    tries: bool = True
    _floors: dict[int, ErrorBounds | None] = field(default_factory=dict[int, ErrorBounds | None], repr=False)

    # --- the rows and the network on them ---------------------------------------------------------------

    @property
    def x(self) -> Floats:
        """The inputs, (n, inputs)."""
        return self.data.x

    @property
    def y(self) -> Floats:
        """The targets, (n, outputs), or of classes (n, 1) labels."""
        return self.data.y

    @cached_property
    def weights(self) -> Floats:
        """Row weights, ones where the data have none, (n,)."""
        return np.ones(len(self.data)) if self.data.weights is None else self.data.weights

    @cached_property
    def judge(self) -> Loss:
        """The loss on these rows."""
        return loss_of(self.loss_name, self.data)

    @cached_property
    def outputs(self) -> Floats:
        """What the network says, (n, outputs)."""
        return self.network(self.x)

    @cached_property
    def loss(self) -> float:
        """The network's loss."""
        return self.judge.value(self.outputs)

    @cached_property
    def residual(self) -> Floats:
        """Outputs less targets, (n, outputs); of squared error only."""
        return self.outputs - self.y

    @cached_property
    def constant_loss(self) -> float:
        """The loss of the best constant."""
        return self.judge.of_best_constant()

    @cached_property
    def affine_loss(self) -> float:
        """The loss of the best affine map of the inputs; of classes it is only an upper bound of it."""
        return self.judge.of_best_affine()

    @property
    def is_mse(self) -> bool:
        """Whether the loss is the squared error."""
        return self.loss_name == "mse"

    @cached_property
    def wrong(self) -> bool:
        """Whether the loss is far above what seems possible, by so much that it matters."""
        return far_from_possible(self)

    # --- its units --------------------------------------------------------------------------------------

    @cached_property
    def states(self) -> tuple[LayerState, ...]:
        """Every activation layer on the data, the output's among them."""
        return layer_states(self.network, self.x)

    @cached_property
    def hidden(self) -> tuple[LayerState, ...]:
        """Every activation layer but one at the output."""
        last = self.network.nodes[-1]
        at_output = last in self.network.hidden_nodes
        count = len(self.network.hidden_nodes) - at_output
        return tuple(state for state in self.states if state.index < count)

    @cached_property
    def output_state(self) -> LayerState | None:
        """The activation at the output, if there is one."""
        left = [state for state in self.states if state not in self.hidden]
        return left[0] if left else None

    @cached_property
    def units(self) -> int:
        """How many hidden units there are in activation layers."""
        return sum(state.units for state in self.hidden)

    @cached_property
    def is_curve(self) -> bool:
        """Whether it is one input, one hidden relu layer and one linear output, judged by squared error."""
        return self.is_mse and self.network.is_hinge_sum and self.network.outputs == 1

    @cached_property
    def first_rectifiers(self) -> LayerState | None:
        """The first hidden layer where it is one of relu or leaky_relu straight from the input, else None."""
        if not self.hidden or not self.hidden[0].is_rectifier:
            return None
        node = self.network.hidden_nodes[self.hidden[0].index]
        linear = self.network.nodes[node.sources[0] - 1] if node.sources[0] > 0 else None
        return self.hidden[0] if linear is not None and linear.sources == (0,) else None

    @cached_property
    def kinks(self) -> Floats:
        """Where the units of the first layer bend along the one input, (units,), NaN for none; one input only."""
        state = self.first_rectifiers
        if state is None or self.network.inputs != 1:
            return np.zeros(0)
        node = self.network.hidden_nodes[state.index]
        linear: Any = self.network.nodes[node.sources[0] - 1]
        weight = np.asarray(
            linear.matrices[0].todense() if hasattr(linear.matrices[0], "tocsr") else linear.matrices[0]
        )
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            at = -linear.bias / weight[0]
        return np.where(np.isfinite(at), at, np.nan)

    # --- what is possible -------------------------------------------------------------------------------

    @cached_property
    def floor(self) -> ErrorBounds | None:
        """How small the squared error can be for as many units, in one layer of one input; None elsewhere."""
        if not self.is_curve:
            return None
        return self.floor_of(self.network.hidden_nodes[0].units)

    def floor_of(self, units: int) -> ErrorBounds | None:
        """Give how small it can be for so many units, None where that is not computed."""
        if units not in self._floors:
            self._floors[units] = floor_of(self.data, units) if self.is_curve else None
        return self._floors[units]

    @cached_property
    def trials(self) -> Trials:
        """What remedies do."""
        return Trials(self)

    @cached_property
    def noise(self) -> float:
        """An estimate of the squared error that no sensible function goes below; 0 where nothing tells."""
        if not self.is_mse:
            return 0.0
        if share_repeated(self.x) >= FEWEST_REPEATS:
            return repeated_noise(self.x, self.y, self.weights) or 0.0
        if self.x.shape[1] != 1:
            return 0.0
        return curve_noise(self.x[:, 0], self.y)

    @cached_property
    def gradient(self) -> float:
        """The norm of the loss's gradient by all weights and biases, each times its own size: 0 at a standstill."""
        return gradient_norm(self.network, self.judge, MOST_ROWS)
