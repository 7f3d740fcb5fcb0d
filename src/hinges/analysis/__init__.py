"""What a network does at a point, along a line, on a plane."""

from hinges.analysis._certificate import Certificate
from hinges.analysis._classification import accuracy, confusion_matrix, predicted_classes
from hinges.analysis._fan import Fan, fan
from hinges.analysis._free_run import FreeRun, free_run
from hinges.analysis._line_segment import Line
from hinges.analysis._plane import Plane
from hinges.analysis._regions import RegionCount, count_regions, regions
from hinges.analysis._regions_result import Regions
from hinges.analysis._rollout import rollout
from hinges.analysis._sensitivity import Influence, Sensitivity, sensitivity
from hinges.analysis._separation import LayerSeparation, Separation, separation
from hinges.analysis._slice import SampledSlice, Slice, SliceCertificate
from hinges.analysis._slice_along import slice_along
from hinges.analysis._sweep_features import FeatureSweep, sweep_features
from hinges.analysis._trace import LayerGradient, LayerTrace, Trace, trace

__all__ = [
    "Certificate",
    "Fan",
    "FeatureSweep",
    "FreeRun",
    "Influence",
    "LayerGradient",
    "LayerSeparation",
    "LayerTrace",
    "Line",
    "Plane",
    "RegionCount",
    "Regions",
    "SampledSlice",
    "Sensitivity",
    "Separation",
    "Slice",
    "SliceCertificate",
    "Trace",
    "accuracy",
    "confusion_matrix",
    "count_regions",
    "fan",
    "free_run",
    "predicted_classes",
    "regions",
    "rollout",
    "sensitivity",
    "separation",
    "slice_along",
    "sweep_features",
    "trace",
]
