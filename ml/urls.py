from django.urls import path

from ml import pictures

urlpatterns = [
    path(
        "staff/training-runs/<uuid:run_id>/samples/<int:step>.png",
        pictures.samples,
        name="training-run-samples",
    ),
    path("staff/datasets/<uuid:set_id>/sheet.jpg", pictures.sheet, name="data-set-sheet"),
]
