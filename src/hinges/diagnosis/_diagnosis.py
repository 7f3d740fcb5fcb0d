"""Diagnosis: what was found, in order of how much it explains."""

from dataclasses import dataclass

from hinges.data import Dataset
from hinges.diagnosis._finding import Finding
from hinges.fits import ErrorBounds
from hinges.nets import Network


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """What was found about a network on data.

    Arguments:
        findings: causes first, each in order of how much it explains; never empty.
        loss: of the network on the data.
        loss_name: "mse" or "cross-entropy".
        constant_loss: of the best constant, to compare with.
        floor: how small the loss can be for as many units, where that is known.
        network: the network.
        data: the rows that count.

    >>> from hinges import Network, diagnose
    >>> line = Network.dense([[[1.0]], [[1.0]]], [[5.0], [0.0]])  # always on: it cannot bend
    >>> found = diagnose(line, ([0, 1, 2, 3], [0, 1, 0, 1]), try_remedies=False)
    >>> isinstance(found, Diagnosis), found.healthy, found.cause.kind, found.summary.split()[:4]
    (True, False, 'not-stationary', ['The', 'network', 'does', 'not'])
    """

    findings: tuple[Finding, ...]
    loss: float
    loss_name: str
    constant_loss: float
    floor: ErrorBounds | None
    network: Network
    data: Dataset

    @property
    def healthy(self) -> bool:
        """Whether nothing was found to be the cause of a bad fit."""
        return self.cause is None

    @property
    def cause(self) -> Finding | None:
        """The finding that explains most, None of a healthy network."""
        return next((finding for finding in self.findings if finding.severity == "cause"), None)

    @property
    def summary(self) -> str:
        """One paragraph: what it is, what follows from it, what to do."""
        first = self.findings[0]
        parts = [first.message]
        more = [finding for finding in self.findings[1:] if finding.blames][:1]
        parts += [f"Besides: {finding.message[0].lower()}{finding.message[1:]}" for finding in more]
        if first.remedy is not None:
            parts.append(str(first.remedy))
        return " ".join(parts)

    def __str__(self) -> str:
        return "\n".join([f"loss {self.loss:.4g} ({self.loss_name})", *map(str, self.findings)])

    def __repr__(self) -> str:
        kinds = ", ".join(f"{finding.kind} ({finding.severity})" for finding in self.findings)
        return f"Diagnosis({self.loss_name} {self.loss:.4g}: {kinds})"
