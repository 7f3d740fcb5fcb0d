"""Checks that say nothing about a network like this one."""

from hinges.diagnosis._case import Case
from hinges.diagnosis._finding import Finding


def check(case: Case) -> list[Finding]:
    """Tell which checks do not apply: those of kinks, to smooth activations; those of floors, to other networks."""
    smooth = sorted({state.kind for state in case.hidden if not state.is_rectifier and state.kind != "linear"})
    smooth = [kind for kind in smooth if kind != "clip"]
    if not smooth:
        return []
    kinds = " and ".join(smooth)
    message = (
        f"Units with {kinds} have no kink and are never quite off: checks of kinks, of dead and always-on units and of "
        "the floor do not apply to them; saturation, range, scale, shape and standstill were checked."
    )
    return [Finding("not-applicable", "note", message, {"activations": smooth})]
