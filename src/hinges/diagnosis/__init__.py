"""Why a network does not fit, and what to do about it: findings with evidence, remedies that were tried, repair."""

from hinges.diagnosis._diagnose import diagnose
from hinges.diagnosis._diagnosis import Diagnosis
from hinges.diagnosis._finding import Finding, Remedy
from hinges.diagnosis._repair import Repair, repair
from hinges.diagnosis._watch import watch
from hinges.diagnosis._watch_alarm import TrainingWarning

__all__ = ["Diagnosis", "Finding", "Remedy", "Repair", "TrainingWarning", "diagnose", "repair", "watch"]
