"""What a network does at a point, along a line, on a plane."""

from hinges.analysis._rollout import rollout
from hinges.analysis._trace import LayerGradient, LayerTrace, Trace, trace

__all__ = ["LayerGradient", "LayerTrace", "Trace", "rollout", "trace"]
