from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

MODELS = {
    "ml.dataset": "collections_bookmark",
    "ml.trainingrun": "model_training",
    "ml.modelversion": "deployed_code",
    "ml.evaluation": "compare",
    "ml.promotion": "history",
}
UPLOADS = {
    "/api/v1/datasets/": "DATASET_MAX_BYTES",
    "/admin/ml/dataset/add/": "DATASET_MAX_BYTES",
    "/api/v1/models/import/": "MODEL_MAX_BYTES",
    "/admin/ml/modelversion/import/": "MODEL_MAX_BYTES",
}

VIEW = (
    *("ml.view_dataset", "ml.view_trainingrun", "ml.view_modelversion"),
    *("ml.view_evaluation", "ml.view_promotion"),
)
ROLES = {"viewer": VIEW, "trainer": (*VIEW, "ml.train"), "promoter": (*VIEW, "ml.promote")}


class MlConfig(AppConfig):
    name = "ml"
    verbose_name = _("Networks")

    def ready(self) -> None:
        """Registers what networks add to the site; models can be imported only now."""
        from colorweb import errors
        from colorweb.accounts import roles
        from colorweb.console import navigation
        from colorweb.health import metrics, parts
        from colorweb.http import body_limit
        from ml import unattended
        from ml.errors import CODES
        from ml.training import metrics as of_training
        from ml.versions import metrics as of_versions

        errors.register(CODES)
        parts.register(training=unattended.training, checking=unattended.checking)
        body_limit.register(UPLOADS, staff_only=True)
        roles.register(ROLES)
        metrics.register(*of_training.FIGURES, *of_versions.FIGURES)
        navigation.register(navigation.Group(20, _("Networks"), MODELS))
