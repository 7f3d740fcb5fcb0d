"""Why a network does not fit, and what to do about it: findings with evidence, remedies that were tried, repair."""

from hinges.diagnosis._diagnose import diagnose
from hinges.diagnosis._diagnosis import Diagnosis
from hinges.diagnosis._finding import Finding, Remedy

__all__ = ["Diagnosis", "Finding", "Remedy", "diagnose"]
