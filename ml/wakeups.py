"""Wake-ups for the workers that check and train; the rows are the queue."""

from colorweb.leases.wakeups import Wakeup

CHECK = Wakeup("ml.tasks.check_data_sets")
TRAIN = Wakeup("ml.tasks.train", "training")
EVALUATE = Wakeup("ml.tasks.evaluate", "training")
CHECK_VERSION = Wakeup("ml.tasks.check_versions", "gpu")
