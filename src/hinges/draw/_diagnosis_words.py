"""What findings are called in reports and pictures."""

from hinges.diagnosis import Finding

NAMES = {
    "constant-columns": "constant inputs",
    "dead-units": "dead units",
    "duplicate-units": "units that do the same",
    "extrapolation": "asked beyond the data",
    "gaps": "gaps in the data",
    "healthy": "healthy",
    "kinks-coincide": "kinks all in one place",
    "kinks-outside-data": "kinks outside the data",
    "learning-rate": "the learning rate",
    "missing-activation": "no activation between the layers",
    "near-floor": "near the floor",
    "noisy-repeats": "equal inputs, different targets",
    "not-applicable": "checks that do not apply",
    "not-stationary": "training was not finished",
    "outliers": "outliers",
    "output-range": "targets that the output cannot reach",
    "overparameterised": "overfitting",
    "plateau": "training stands still on a plateau",
    "saturated": "saturated units",
    "scale": "the scale of the columns",
    "surplus-always-on": "too many units that are always on",
    "target-shape": "targets of another shape than the predictions",
    "too-few-steps": "training was stopped too early",
    "too-few-units": "too few units",
}
HEALTHY = "Nothing is wrong with this network"
SEVERITIES = {"cause": "cause", "contributing": "contributes", "note": "note"}


def name(finding: Finding) -> str:
    """Give what a finding is called, in words."""
    return NAMES.get(finding.kind, finding.kind.replace("-", " "))


def explanation(finding: Finding) -> str:
    """Give what stands under the headline."""
    rest = finding.message.removeprefix(f"{HEALTHY}: ") if finding.kind == "healthy" else finding.message
    return rest[:1].upper() + rest[1:]


def headline(finding: Finding) -> str:
    """Give a finding as a title."""
    words = name(finding)
    if finding.kind == "healthy":
        return HEALTHY
    before = {"cause": "Why it does not fit: ", "contributing": "It could fit better: "}.get(finding.severity, "")
    return before + (words if before else words[0].upper() + words[1:])
