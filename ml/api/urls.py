from django.urls import path

from ml.api import datasets, runs, versions

urlpatterns = [
    path("datasets/", datasets.DataSets.as_view(), name="api-datasets"),
    path("datasets/<uuid:set_id>/", datasets.DataSetDetailView.as_view(), name="api-dataset"),
    path("datasets/<uuid:set_id>/check/", datasets.Check.as_view(), name="api-dataset-check"),
    path("training-runs/", runs.TrainingRuns.as_view(), name="api-training-runs"),
    path(
        "training-runs/<uuid:run_id>/",
        runs.TrainingRunDetailView.as_view(),
        name="api-training-run",
    ),
    path("training-runs/<uuid:run_id>/stop/", runs.Stop.as_view(), name="api-training-run-stop"),
    path(
        "training-runs/<uuid:run_id>/resume/",
        runs.Resume.as_view(),
        name="api-training-run-resume",
    ),
    path("models/import/", versions.Import.as_view(), name="api-models-import"),
    path("models/rollback/", versions.RollBack.as_view(), name="api-models-rollback"),
    path("models/<str:label>/", versions.VersionDetailView.as_view(), name="api-model"),
    path("models/<str:label>/weights/", versions.Weights.as_view(), name="api-model-weights"),
    path("models/<str:label>/promote/", versions.Promote.as_view(), name="api-model-promote"),
    path("models/<str:label>/evaluations/", versions.Evaluate.as_view(), name="api-model-evaluate"),
    path("promotions/", versions.Promotions.as_view(), name="api-promotions"),
    path(
        "promotions/<int:promotion_id>/",
        versions.PromotionDetailView.as_view(),
        name="api-promotion",
    ),
    path(
        "promotions/<int:promotion_id>/advance/",
        versions.Advance.as_view(),
        name="api-promotion-advance",
    ),
    path(
        "evaluations/<uuid:evaluation_id>/",
        versions.EvaluationDetailView.as_view(),
        name="api-evaluation",
    ),
    path(
        "evaluations/<uuid:evaluation_id>/cancel/",
        versions.EvaluationCancel.as_view(),
        name="api-evaluation-cancel",
    ),
]
