"""Networks that are broken in one way each, healthy ones, and those of questions that people ask.

Each sample says what is wrong with it, and by how much mending that alone lowers the loss. The networks were
trained once, by `make_broken_networks.py`, and are stored to the last bit.
"""

from zoo_controls import CONTROLS
from zoo_faults_code import FAULTS_OF_CODE
from zoo_faults_training import FAULTS_OF_TRAINING
from zoo_faults_units import FAULTS_OF_UNITS
from zoo_forum import FORUM

CASES = (*FAULTS_OF_CODE, *FAULTS_OF_UNITS, *FAULTS_OF_TRAINING)
__all__ = ["CASES", "CONTROLS", "FORUM"]
