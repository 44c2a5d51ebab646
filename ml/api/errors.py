"""The errors that data sets, training runs and versions add to the API's."""

from rest_framework.exceptions import APIException

from colorweb import errors
from colorweb.errors import Meaning

CODES = {
    "permission_denied": Meaning(403, "Only staff with the right permission can do this."),
    "not_an_archive": Meaning(400, "The file is neither a zip nor a tar."),
    "no_archive": Meaning(400, "An upload needs a `file`."),
    "archive_too_large": Meaning(400, "The archive unpacks to more than the limit."),
    "archive_broken": Meaning(400, "The archive cannot be read to its end."),
    "no_such_path": Meaning(400, "No such path inside the folders that may be used."),
    "no_data_set": Meaning(400, "A run needs at least one data set."),
    "no_such_data_set": Meaning(400, "There is no such data set."),
    "data_set_not_ready": Meaning(409, "The data set has not been checked, or cannot be used."),
    "data_set_busy": Meaning(409, "The data set is being checked already."),
    "data_set_in_use": Meaning(409, "A run that has not ended uses the data set."),
    "run_ended": Meaning(409, "The run has ended already."),
    "run_not_ended": Meaning(409, "The run has not ended; stop it first."),
    "run_not_resumable": Meaning(409, "Only a stopped or failed run can be resumed."),
    "not_a_model": Meaning(400, "The file is not a safetensors file of one of our networks."),
    "model_too_large": Meaning(400, "The model is larger than the limit."),
    "gate_missing": Meaning(409, "Compare it first, or give a `reason`."),
    "gate_failed": Meaning(409, "It is worse than the version in service; give a `reason`."),
    "in_service": Meaning(409, "The version is in service already."),
    "nothing_before": Meaning(409, "No version was in service before this one."),
    "promoted_meanwhile": Meaning(409, "Someone else has just changed the version in service."),
    "model_unavailable": Meaning(409, "The version's weights cannot be read.", "%(why)s"),
    "nothing_to_measure": Meaning(409, "There are no photos to compare on: name a `data_set`."),
}


class Refused(APIException):
    """What a function of data sets or runs has refused, with its own code and words."""

    def __init__(self, code: str, message: str) -> None:
        self.status_code = errors.CODES[code].status
        super().__init__(message, code)
