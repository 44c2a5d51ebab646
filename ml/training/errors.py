"""What can be wrong with a training run."""

from ml.errors import Told


class RunError(Told):
    """A run that cannot be made, steered or finished."""
