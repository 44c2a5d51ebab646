"""The tables of what staff do with networks."""

from ml.models.datasets import DataSet
from ml.models.evaluations import Evaluation
from ml.models.runs import OVER, RunData, RunPoint, RunSample, TrainingRun
from ml.models.versions import ModelVersion, Promotion

__all__ = [
    "OVER",
    "DataSet",
    "Evaluation",
    "ModelVersion",
    "Promotion",
    "RunData",
    "RunPoint",
    "RunSample",
    "TrainingRun",
]
