"""TrainedBatch: networks trained with the same settings from different seeds."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats, frozen
from hinges.convert import to_function
from hinges.fits import FitResult, History
from hinges.nets import ACTIVATIONS, Network
from hinges.train._dense_model import DenseModel
from hinges.train._training import Training


@dataclass(frozen=True, eq=False)
class TrainedBatch:
    """Networks trained with the same settings from different seeds, in the units of the data.

    Parameters stand layer by layer, the weights (inputs, units) row by row and then the biases, with the seeds in
    the last axis. Losses are without penalties; what was polished is in the parameters, losses and statuses, not
    in the histories, which are those of the gradient.

    Arguments:
        training: the settings.
        model: the sizes of the networks.
        seeds: (seeds,).
        parameters: (parameters, seeds), at the end.
        losses: (seeds,) on the training rows, at the end.
        validation_losses: (seeds,) on the rows held out; None without any.
        statuses: a sentence for each seed: "converged", or what went wrong and what to try.
        start_parameters: (parameters, seeds), at the start.
        steps: (T,) the steps at which the run was recorded, the start included.
        loss_history: (T, seeds).
        validation_history: (T, seeds), or None.
        accuracy_history: (T, seeds) share of the training rows whose class is right; None unless classes are learned.
        validation_accuracy_history: (T, seeds) of the rows held out, or None.
        kinks: (T, hidden units, seeds) where units bend, NaN where that is no single place.
        slope_changes: (T, hidden units, seeds) by how much the output bends there, NaN as well.
        dead: (T, hidden units, seeds) whether the unit is off on every training row.
        always_on: (T, hidden units, seeds) whether it is on on every one.
        starts: the networks that the seeds went on from, one a seed, where they were given one by one.
    """

    training: Training
    model: DenseModel
    seeds: NDArray[np.int64]
    parameters: Floats
    losses: Floats
    validation_losses: Floats | None
    statuses: tuple[str, ...]
    start_parameters: Floats
    steps: NDArray[np.int64]
    loss_history: Floats
    validation_history: Floats | None
    accuracy_history: Floats | None
    validation_accuracy_history: Floats | None
    kinks: Floats
    slope_changes: Floats
    dead: NDArray[np.bool_]
    always_on: NDArray[np.bool_]
    starts: tuple[Network, ...] | None = None

    def __len__(self) -> int:
        return len(self.seeds)

    @property
    def best(self) -> int:
        """The position of the seed with the smallest loss."""
        return int(np.argmin(self.losses))

    def network(self, i: int) -> Network:
        """Give the network of the i-th seed."""
        return network_of(self.model, self.parameters[:, i])

    def start(self, i: int) -> Network:
        """Give the network with which the i-th seed began."""
        return network_of(self.model, self.start_parameters[:, i])

    def history(self, i: int) -> History:
        """Give the record of the i-th seed's training."""

        def column(values: Floats | None) -> Floats | None:
            return None if values is None else frozen(values[..., i])

        return History(
            step=self.steps,
            loss=frozen(self.loss_history[:, i]),
            validation_loss=column(self.validation_history),
            kinks=frozen(self.kinks[..., i]),
            slope_changes=frozen(self.slope_changes[..., i]),
            dead=frozen(self.dead[..., i]),
            always_on=frozen(self.always_on[..., i]),
            accuracy=column(self.accuracy_history),
            validation_accuracy=column(self.validation_accuracy_history),
        )

    def result(self, i: int) -> FitResult:
        """Give what `fit` gives for the i-th seed."""
        network = self.network(i)
        method = replace(self.training, seed=int(self.seeds[i]))
        exact = network.inputs == 1 and network.outputs == 1 and ACTIVATIONS[self.training.activation].piecewise_linear
        return FitResult(
            network=network,
            function=to_function(network) if exact else None,
            loss=float(self.losses[i]),
            bounds=None,
            status=self.statuses[i],
            method=method if self.starts is None else replace(method, start=self.starts[i]),
            seed=int(self.seeds[i]),
            history=self.history(i),
        )


def network_of(model: DenseModel, parameters: Floats) -> Network:
    """Give the network with these parameters, (parameters,)."""
    return model.network(*model.layers(parameters))
