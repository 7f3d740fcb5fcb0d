"""Training: fit a network by gradient."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from hinges import _arrays
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.fits import FitResult, Snapshot
from hinges.nets import ACTIVATIONS

DEFAULT_STEPS = 10_000
MOST_STEPS = 100_000_000
MOST_UNITS = 10_000
MOST_SEED = 2**63 - 1

CHOICES = {
    "activation": tuple(ACTIVATIONS),
    "init": ("keras", "torch"),
    "kinks": ("init", "stratified"),
    "schedule": ("constant", "cosine"),
}


@dataclass(frozen=True)
class Training:
    """Training by gradient (Adam, mean squared error) of a network with one input and one hidden layer.

    The default is a recipe that works: kinks start spread over the data, the data are standardised (which is
    folded back into the weights), the learning rate falls to zero along a cosine, and units that bend nothing
    get a new kink where it lowers the error most. The result is approximate; the loss that is reported is that
    on the training rows; the same seed gives the same result. Needs the extra `train`.

    Arguments:
        hidden: units of each hidden layer; one hidden layer for now.
        activation: of the hidden layer: linear, relu, leaky_relu, tanh, sigmoid or softplus.
        init: "keras" (glorot_uniform, zero biases) or "torch" (uniform on +-1 / sqrt(inputs of the layer)).
        kinks: "init" leaves them where `init` puts them; "stratified" puts one into each of as many equally
            filled parts of the data as there are units, facing left or right at random.
        standardize: train on x and y with mean 0 and standard deviation 1.
        learning_rate: of Adam, at the first step.
        schedule: "constant", or "cosine": down to zero at the last step.
        steps: gradient steps; 10,000 if epochs are not given either.
        epochs: passes through the training rows; steps or epochs, not both.
        batch_size: rows in a step, reshuffled every epoch; None, or more than there are, takes all.
        validation: share of the rows, the last ones, kept out of training, as Keras's validation_split.
        relocate: up to fifteen times in the first three quarters of the steps, move dead, always-on and other weak
            units and refit the output layer by least squares (relu and leaky_relu only).
        seed: drives the start and the order of the rows.

    Raises:
        InvalidInputError: a setting is none of those described.

    >>> Training(epochs=3, batch_size=50).total_steps(150)
    9
    """

    hidden: tuple[int, ...] = (10,)
    activation: str = "relu"
    init: str = "keras"
    kinks: str = "stratified"
    standardize: bool = True
    learning_rate: float = 2e-2
    schedule: str = "cosine"
    steps: int | None = None
    epochs: int | None = None
    batch_size: int | None = 32
    validation: float = 0.0
    relocate: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        for name, options in CHOICES.items():
            _arrays.choice(getattr(self, name), name, options)
        for name in ("standardize", "relocate"):
            if not isinstance(getattr(self, name), bool):
                raise InvalidInputError(f"{name} must be True or False, not {getattr(self, name)!r}")
        rate = _arrays.number(self.learning_rate, "learning_rate", above=0.0)
        validation = _arrays.number(self.validation, "validation", least=0.0)
        if validation >= 1.0:
            raise InvalidInputError(f"validation must be less than 1, not {validation!r}")
        if self.steps is not None and self.epochs is not None:
            raise InvalidInputError(f"give steps = {self.steps} or epochs = {self.epochs}, not both")
        checked = {
            "hidden": _one_layer(self.hidden),
            "learning_rate": rate,
            "validation": validation,
            "seed": _arrays.count(self.seed, "seed", minimum=0, maximum=MOST_SEED),
        }
        for name in ("steps", "epochs", "batch_size"):
            value = getattr(self, name)
            checked[name] = None if value is None else _arrays.count(value, name, maximum=MOST_STEPS)
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @classmethod
    def forum(cls) -> Self:
        """Give the settings of a well-known forum question, which fail: every kink starts outside the data.

        Ten ReLU units, Keras's defaults (glorot_uniform, zero biases, batches of 32, Adam with 1e-3), the data
        as they are, the last tenth held out, 10,000 epochs.
        """
        return cls(
            kinks="init",
            standardize=False,
            learning_rate=1e-3,
            schedule="constant",
            epochs=10_000,
            validation=0.1,
            relocate=False,
        )

    @property
    def units(self) -> int:
        """How many units the hidden layer has."""
        return self.hidden[0]

    def batch(self, rows: int) -> int:
        """Give how many of `rows` training rows a step takes."""
        return rows if self.batch_size is None else min(self.batch_size, rows)

    def total_steps(self, rows: int) -> int:
        """Give how many gradient steps training on `rows` rows takes."""
        if self.epochs is None:
            return DEFAULT_STEPS if self.steps is None else self.steps
        return self.epochs * -(-rows // self.batch(rows))

    def fit(self, data: Dataset) -> FitResult:
        """Train a network on the data, with the seed of these settings.

        Raises:
            MissingExtraError: jax or optax is not installed.
            InvalidInputError: the data have more than one input or output, or overflow when squared.
        """
        from hinges.train._batch import train_many

        return train_many(data, self, [self.seed]).result(0)

    def snapshots(self, data: Dataset) -> Iterator[Snapshot]:
        """Give the network at the start and after every so many steps, as they are made.

        Raises:
            MissingExtraError: jax or optax is not installed.
            InvalidInputError: the data have more than one input or output, or overflow when squared.
        """
        from hinges.train._batch import snapshots

        return snapshots(data, self)


def _one_layer(hidden: object) -> tuple[int, ...]:
    """Check `hidden`, which must name one hidden layer until there is training of more."""
    if not isinstance(hidden, (tuple, list)):
        raise InvalidInputError(f"hidden must be a tuple such as (10,), not {hidden!r}")
    if len(hidden) != 1:
        raise InvalidInputError(f"hidden = {tuple(hidden)!r} names {len(hidden)} layers: one hidden layer for now")
    return (_arrays.count(hidden[0], "hidden[0]", maximum=MOST_UNITS),)
