"""The tables of what staff do with networks."""

from ml.models.datasets import DataSet
from ml.models.evaluations import BlindChoice, Evaluation
from ml.models.promotions import UNDECIDED, CanaryOutcome, Promotion
from ml.models.runs import OVER, RunData, RunPoint, RunSample, TrainingRun
from ml.models.versions import ModelVersion

__all__ = [
    "OVER",
    "UNDECIDED",
    "BlindChoice",
    "CanaryOutcome",
    "DataSet",
    "Evaluation",
    "ModelVersion",
    "Promotion",
    "RunData",
    "RunPoint",
    "RunSample",
    "TrainingRun",
]
