"""What a network does at a point, along a line, on a plane."""

from hinges.analysis._fan import Fan, fan
from hinges.analysis._rollout import rollout
from hinges.analysis._sensitivity import Influence, Sensitivity, sensitivity
from hinges.analysis._separation import LayerSeparation, Separation, separation
from hinges.analysis._trace import LayerGradient, LayerTrace, Trace, trace

__all__ = [
    "Fan",
    "Influence",
    "LayerGradient",
    "LayerSeparation",
    "LayerTrace",
    "Sensitivity",
    "Separation",
    "Trace",
    "fan",
    "rollout",
    "sensitivity",
    "separation",
    "trace",
]
