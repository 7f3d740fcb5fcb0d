"""The best there is: N pieces or N units on data, with a proven bound beside every error."""

from hinges.optimal._best import Best
from hinges.optimal._bounds import best_error, error_curve
from hinges.optimal._chunks import fit_chunks
from hinges.optimal._comparison import Comparison, compare
from hinges.optimal._jumps import JumpsFit, PiecewiseLinearWithJumps
from hinges.optimal._polish import polish
from hinges.optimal._recommend import Recommendation, recommend
from hinges.optimal._shared_knots import SharedFit
from hinges.optimal._statistics import Summary, summary
from hinges.optimal._wished import WishedBounds

__all__ = [
    "Best",
    "Comparison",
    "JumpsFit",
    "PiecewiseLinearWithJumps",
    "Recommendation",
    "SharedFit",
    "Summary",
    "WishedBounds",
    "best_error",
    "compare",
    "error_curve",
    "fit_chunks",
    "polish",
    "recommend",
    "summary",
]
