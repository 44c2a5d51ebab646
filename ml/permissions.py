"""Who may look at data sets, runs and versions, and manage them: staff with the permission."""

from colorweb.accounts.visitors import Visitor

VIEW_DATA_SETS = "ml.view_dataset"
VIEW_RUNS = "ml.view_trainingrun"
VIEW_VERSIONS = "ml.view_modelversion"
VIEW_PROMOTIONS = "ml.view_promotion"
TRAIN = "ml.train"
PROMOTE = "ml.promote"


def may(visitor: Visitor, permission: str) -> bool:
    """Whether a visitor acts as staff, by session or by a token of that scope, and is allowed."""
    return visitor.may("staff") and bool(visitor.user and visitor.user.has_perm(permission))
