"""The presets of the console, and what made the model that ships."""

import argparse
import math
import re
import shlex

from ml.resnet_gray.training import train
from ml.training.options import PRESETS
from ml.versions import catalog

STEP = re.compile(r"^4\. `(.+?)`: ([\d.]+) epochs", re.MULTILINE)


def test_the_preset_best_is_the_last_training_of_the_model_that_ships():
    card = catalog.find("resnet-gray-unet").with_suffix(".md").read_text()
    [(command, epochs)] = STEP.findall(card)
    parser = argparse.ArgumentParser()
    train.add_arguments(parser)
    step = parser.parse_args(["--data", "photos", *shlex.split(command)])
    best = PRESETS["best"]
    assert (best.recipe, best.from_served) == (step.preset, bool(step.base))
    assert (best.options.rate, best.options.size) == (step.rate, step.size)
    assert best.options.epochs == math.ceil(float(epochs))
