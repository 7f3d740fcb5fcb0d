"""Finding and Remedy: one thing that is known about a network on its data, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# What is found, in order of precedence: a fault of code explains those of units, and these a standstill.
GROUPS = (
    ("target-shape", "missing-activation", "output-range"),
    ("outliers",),
    (
        "duplicate-units",
        "kinks-outside-data",
        "dead-units",
        "surplus-always-on",
        "kinks-coincide",
        "saturated",
        "constant-columns",
    ),
    ("extrapolation",),
    ("scale", "learning-rate"),
    ("too-few-units", "overparameterised"),
    ("too-few-steps", "not-stationary"),
    ("plateau",),
    ("healthy",),
    ("near-floor", "noisy-repeats", "gaps", "not-applicable"),
)
KINDS = tuple(kind for group in GROUPS for kind in group)
NOTHING = 1e-9  # of a loss: what is left is rounding
STRONG = 0.5  # share from which a finding explains much
SEVERITIES = ("cause", "contributing", "note")


@dataclass(frozen=True)
class Remedy:
    """What to do, and what it did when it was tried.

    Arguments:
        advice: one sentence.
        python: what to type, "" where no line says it.
        loss_before: the loss without the remedy, None where it was not tried.
        loss_after: the loss with it, on the same rows.

    >>> tried = Remedy("Move the kinks into the data.", "repair(network, data)", loss_before=0.5, loss_after=0.1)
    >>> tried.tried, tried.effect
    (True, 'tried: the loss falls from 0.5 to 0.1, 5 times')
    """

    advice: str
    python: str = ""
    loss_before: float | None = None
    loss_after: float | None = None

    @property
    def tried(self) -> bool:
        """Whether its effect was measured."""
        return self.loss_before is not None and self.loss_after is not None

    @property
    def effect(self) -> str:
        """By how much the loss fell, in words; "" where it was not tried."""
        if self.loss_before is None or self.loss_after is None:
            return ""
        if self.loss_after <= NOTHING * self.loss_before:
            return f"tried: the loss falls from {self.loss_before:.3g} to next to nothing"
        times = self.loss_before / self.loss_after
        if times < 1.005:
            return f"tried: the loss stays at {self.loss_before:.3g}"
        shown = f"{times:,.0f}" if times >= 10 else f"{times:.2g}"
        return f"tried: the loss falls from {self.loss_before:.3g} to {self.loss_after:.3g}, {shown} times"

    def __str__(self) -> str:
        return f"{self.advice.rstrip('.')} ({self.effect})." if self.tried else self.advice


def severity_of(share: float) -> str:
    """Give the severity of a finding that blames and explains this share."""
    return "cause" if share >= STRONG else "contributing"


@dataclass(frozen=True)
class Finding:
    """One thing that was found.

    Arguments:
        kind: one of `KINDS`, the same in every version.
        severity: "cause", "contributing" or "note"; only the first two blame the network or its data.
        message: one plain sentence.
        evidence: numbers, units as [layer, index] and x positions behind the message; JSON takes it as it is.
        remedy: what to do, None where there is nothing to do.
        share: how much of what could be gained goes away when this alone is mended, on the scale of orders of
            magnitude of the loss, 0..1.

    >>> from hinges import Network, diagnose
    >>> line = Network.dense([[[1.0]], [[1.0]]], [[5.0], [0.0]])
    >>> first = diagnose(line, ([0, 1, 2, 3], [0, 1, 0, 1]), try_remedies=False).findings[0]
    >>> isinstance(first, Finding), first.severity, first.blames, sorted(first.evidence)[:2]
    (True, 'cause', True, ['gradient', 'loss'])
    """

    kind: str
    severity: str
    message: str
    evidence: Mapping[str, Any] = field(default_factory=dict[str, Any])
    remedy: Remedy | None = None
    share: float = 0.0

    @property
    def blames(self) -> bool:
        """Whether it says that something is wrong."""
        return self.severity != "note"

    def __str__(self) -> str:
        return f"{self.kind} ({self.severity}): {self.message}" + (f" {self.remedy}" if self.remedy else "")
