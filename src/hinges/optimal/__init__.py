"""The best there is: N pieces or N units on data, with a proven bound beside every error."""

from hinges.optimal._best import Best
from hinges.optimal._bounds import best_error, error_curve
from hinges.optimal._polish import polish

__all__ = ["Best", "best_error", "error_curve", "polish"]
