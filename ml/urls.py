from django.urls import path

from ml.versions import files

urlpatterns = [
    path(
        "staff/training-runs/<uuid:run_id>/samples/<int:step>.png",
        files.samples,
        name="training-run-samples",
    ),
    path("staff/datasets/<uuid:set_id>/sheet.jpg", files.sheet, name="data-set-sheet"),
    path("staff/models/<uuid:version_id>/samples.png", files.version_samples, name="model-samples"),
    path("staff/models/<uuid:version_id>/weights.safetensors", files.weights, name="model-weights"),
]
