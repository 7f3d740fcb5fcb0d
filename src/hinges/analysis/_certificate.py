"""Certificate: what vouches for the regions of a plane."""

from dataclasses import dataclass

AREA_ROUNDING = 1e-9


@dataclass(frozen=True)
class Certificate:
    """What was decided how, and what was checked afterwards.

    The count and the patterns are certified by the first: every sign on which they depend was outside its bound of
    rounding error, or was decided in integers. The other checks catch errors of the program, and prove nothing.

    Attributes:
        unresolved: vertices (or decisions) with a sign inside its error bound that was not decided in integers.
        exact: vertices (or decisions) that were decided in integers.
        whole: whether all of the plane was computed in integers.
        distinct: whether no two regions have the same pattern, as must be.
        euler: vertices - sides + regions, 1 where all is well; None where the polygons do not share vertices.
        area_error: by how much the areas miss that of the rectangle, relatively.
        contradictions: regions at whose corners one unit has both signs.

    >>> Certificate(unresolved=0, exact=3, whole=False, distinct=True, euler=1, area_error=0.0).certified
    True
    """

    unresolved: int
    exact: int
    whole: bool
    distinct: bool | None
    euler: int | None
    area_error: float
    contradictions: int = 0

    @property
    def certified(self) -> bool:
        """Whether every decision is certain and every check holds."""
        return (
            self.unresolved == 0
            and self.contradictions == 0
            and self.distinct is not False
            and self.euler in (1, None)
            and self.area_error <= AREA_ROUNDING
        )

    def __str__(self) -> str:
        if self.whole:
            how = "all of it was computed in integers"
        elif self.exact:
            how = f"{self.exact} decisions inside their rounding error were made in integers"
        else:
            how = "no decision was inside its rounding error"
        if self.certified:
            return f"certified: {how}"
        if self.unresolved:
            return f"not certified: {self.unresolved} decisions are inside their rounding error; {how}"
        return f"not certified: a check failed ({self.checks}); {how}"

    @property
    def checks(self) -> str:
        """The checks in words."""
        return (
            f"patterns distinct: {self.distinct}, Euler's number: {self.euler}, area off by {self.area_error:.1e}, "
            f"contradictions: {self.contradictions}"
        )
