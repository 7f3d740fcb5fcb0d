"""Networks that are broken in one way each, healthy ones, and those of questions that people ask.

Each sample says what is wrong with it, and by how much mending that alone lowers the loss. The networks were
trained once, by `make_broken_networks.py`, and are stored to the last bit.
"""

from zoo_controls import CONTROLS
from zoo_faults_code import FAULTS_OF_CODE
from zoo_faults_units import FAULTS_OF_UNITS

CASES = (*FAULTS_OF_CODE, *FAULTS_OF_UNITS)
FORUM = ()

__all__ = ["CASES", "CONTROLS", "FORUM"]
