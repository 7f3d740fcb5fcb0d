"""hinges among other estimators: `HingeRegressor` keeps to the conventions of scikit-learn."""

from hinges.estimators._hinge_regressor import HingeRegressor

__all__ = ["HingeRegressor"]
