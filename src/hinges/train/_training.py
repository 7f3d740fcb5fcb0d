"""Training: the settings with which a network is fitted by gradient."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Self

from hinges import _arrays
from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.fits import FitResult, Snapshot
from hinges.nets import ACTIVATIONS, Network
from hinges.train._start import checked_start, fingerprint
from hinges.train._widths import checked_widths

DEFAULT_STEPS = 10_000
LBFGS_STEPS = 1_000
MOST_STEPS = 100_000_000
MOST_SEED = 2**63 - 1

CHOICES = {
    "activation": tuple(ACTIVATIONS),
    "init": ("keras", "torch"),
    "kinks": ("init", "stratified"),
    "optimizer": ("adam", "sgd", "rmsprop", "lbfgs"),
    "schedule": ("constant", "cosine"),
    "loss": ("mse", "cross-entropy"),
}


@dataclass(frozen=True)
class Training:
    """Training by gradient of a dense network with any number of inputs, hidden layers and outputs.

    The default is a recipe that works: kinks start spread over the data, the data are standardised (which is
    folded back into the weights), the learning rate falls to zero along a cosine, and units that bend nothing
    get a new kink where it lowers the error most. The result is approximate; the loss that is reported is that
    on the training rows, without penalties; the same seed gives the same result. Needs the extra `train`.

    Arguments:
        hidden: units of each hidden layer.
        activation: of the hidden layers: linear, relu, leaky_relu, tanh, sigmoid or softplus.
        init: "keras" (glorot_uniform, zero biases) or "torch" (uniform on +-1 / sqrt(inputs of the layer)).
        kinks: "init" leaves them where `init` puts them; "stratified" puts one of each unit of the first layer into
            each of as many equally filled parts of the data (of several inputs: as seen along the unit's weights),
            of one input facing left or right at random.
        standardize: train on columns of x (and, for "mse", of y) with mean 0 and standard deviation 1.
        optimizer: "adam", "sgd" (without momentum) or "rmsprop" (decay 0.9), with Keras's defaults but for the
            rate; or "lbfgs" (SciPy's, each step one iteration on all rows), which needs neither rate, schedule nor
            batches and may stop early.
        learning_rate: at the first step. (Keras's defaults are 1e-3, of sgd 1e-2.)
        schedule: "constant", or "cosine": down to zero at the last step.
        steps: gradient steps; 10,000 (of lbfgs 1,000) if epochs are not given either.
        epochs: passes through the training rows; steps or epochs, not both.
        batch_size: rows in a step, reshuffled every epoch; None, or more than there are, takes all.
        loss: "mse", the mean squared error over rows and outputs, or "cross-entropy": y is one column of labels
            0, 1, 2, ..., and the network has one output a class, whose softmax is its probability.
        l1: a penalty: so many times the sum of the absolute weights, not biases, is added to what training lowers,
            in training scale, as Keras's kernel_regularizer adds it to every layer.
        l2: the same of the sum of their squares.
        validation: share of the rows, the last ones, kept out of training, as Keras's validation_split.
        relocate: up to fifteen times in the first three quarters of the steps, move units that bend nothing (relu
            and leaky_relu). With one input, one hidden layer, one output and "mse" these are dead, always-on and
            other weak units, and the output layer is refitted by least squares; otherwise dead relu units of the
            first layer, which start again at rows with a large error, and outputs do not change at first.
        polish: after the gradient, "varpro" moves the kinks to a local optimum, and "repair" also moves units to
            where the error is; for one input, one hidden relu layer, one output and "mse". The history is that of
            the gradient.
        seed: drives the start and the order of the rows.
        start: a network to go on from, in the units of the data: dense, with these hidden layers, this activation
            and linear outputs. `init` and `kinks` then draw nothing, and the seed drives the order of the rows
            alone. The optimizer's memory is empty and the learning rate begins anew: a smaller one changes less
            at first. Where the data are standardised, the first record equals the network up to rounding.

    Raises:
        InvalidInputError: a setting is none of those described, or `start` does not suit the others.

    Source: Kingma and Ba (2015) for adam; Byrd, Lu, Nocedal and Zhu (1995) for lbfgs.

    >>> Training(epochs=3, batch_size=50).total_steps(150)
    9
    >>> brief = Training(hidden=(3,), steps=20)
    >>> from hinges import example
    >>> brief.batch(4), brief.fit(example("relu-lab")).network.weights[0].shape
    (4, (1, 3))
    >>> len(list(brief.snapshots(example("relu-lab")))) > 1, Training.forum().init
    (True, 'keras')
    """

    hidden: tuple[int, ...] = (10,)
    activation: str = "relu"
    init: str = "keras"
    kinks: str = "stratified"
    standardize: bool = True
    optimizer: str = "adam"
    learning_rate: float = 2e-2
    schedule: str = "cosine"
    steps: int | None = None
    epochs: int | None = None
    batch_size: int | None = 32
    loss: str = "mse"
    l1: float = 0.0
    l2: float = 0.0
    validation: float = 0.0
    relocate: bool = True
    polish: str | None = None
    seed: int = 0
    start: Network | None = None

    def __post_init__(self) -> None:
        for name, options in CHOICES.items():
            _arrays.choice(getattr(self, name), name, options)
        for name in ("standardize", "relocate"):
            if not isinstance(getattr(self, name), bool):
                raise InvalidInputError(f"{name} must be True or False, not {getattr(self, name)!r}")
        validation = _arrays.number(self.validation, "validation", least=0.0)
        if validation >= 1.0:
            raise InvalidInputError(f"validation must be less than 1, not {validation!r}")
        if self.steps is not None and self.epochs is not None:
            raise InvalidInputError(f"give steps = {self.steps} or epochs = {self.epochs}, not both")
        checked: dict[str, Any] = {
            "hidden": checked_widths(self.hidden),
            "learning_rate": _arrays.number(self.learning_rate, "learning_rate", above=0.0),
            "l1": _arrays.number(self.l1, "l1", least=0.0),
            "l2": _arrays.number(self.l2, "l2", least=0.0),
            "validation": validation,
            "seed": _arrays.count(self.seed, "seed", minimum=0, maximum=MOST_SEED),
        }
        for name in ("steps", "epochs", "batch_size"):
            value = getattr(self, name)
            checked[name] = None if value is None else _arrays.count(value, name, maximum=MOST_STEPS)
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        self._check_polish()
        if self.start is not None:
            checked_start(self.start, "start", hidden=self.hidden, activation=self.activation)

    def __repr__(self) -> str:
        """Give all settings; a network to start from by its fingerprint, so that equal texts are equal settings."""
        said = [f"{field.name}={getattr(self, field.name)!r}" for field in fields(self) if field.name != "start"]
        if self.start is not None:
            said.append(f"start={fingerprint(self.start)}")
        return f"{type(self).__name__}({', '.join(said)})"

    def _check_polish(self) -> None:
        if self.polish is None:
            return
        _arrays.choice(self.polish, "polish", ("varpro", "repair"))
        if (len(self.hidden), self.activation, self.loss) != (1, "relu", "mse"):
            raise InvalidInputError(
                f"polish = {self.polish!r} is for one hidden relu layer and loss='mse', "
                f"not for hidden = {self.hidden}, {self.activation} and {self.loss!r}"
            )

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

    def batch(self, rows: int) -> int:
        """Give how many of `rows` training rows a step takes."""
        return rows if self.batch_size is None or self.optimizer == "lbfgs" else min(self.batch_size, rows)

    def total_steps(self, rows: int) -> int:
        """Give how many gradient steps training on `rows` rows takes."""
        if self.epochs is None:
            default = LBFGS_STEPS if self.optimizer == "lbfgs" else DEFAULT_STEPS
            return default if self.steps is None else self.steps
        return self.epochs * -(-rows // self.batch(rows))

    def fit(self, data: Dataset) -> FitResult:
        """Train a network on the data, with the seed of these settings.

        Raises:
            MissingExtraError: jax or optax is not installed.
            InvalidInputError: the data do not suit the settings, or overflow when squared.
        """
        from hinges.train._many import train_many

        return train_many(data, self, [self.seed]).result(0)

    def snapshots(self, data: Dataset) -> Iterator[Snapshot]:
        """Give the network at the start and after every so many steps, as they are made.

        Raises:
            MissingExtraError: jax or optax is not installed.
            InvalidInputError: the data do not suit the settings, or overflow when squared.
        """
        from hinges.train._many import snapshots

        return snapshots(data, self)
