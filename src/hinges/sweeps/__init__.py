"""Many runs at once: over seeds, settings and data sets, on one machine or a cluster, kept on disk."""

from hinges.sweeps._result import Run, Sweep
from hinges.sweeps._study_file import StudyFile, read_study
from hinges.sweeps._sweep import sweep
from hinges.sweeps._table import SweepTable
from hinges.sweeps._wilson import Share

__all__ = ["Run", "Share", "StudyFile", "Sweep", "SweepTable", "read_study", "sweep"]
