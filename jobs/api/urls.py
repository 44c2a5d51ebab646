from django.urls import path

from jobs.api import views

urlpatterns = [
    path("jobs/", views.Jobs.as_view(), name="api-jobs"),
    path("jobs/<uuid:job_id>/", views.OneJob.as_view(), name="api-job"),
    path("jobs/<uuid:job_id>/cancel/", views.Cancel.as_view(), name="api-job-cancel"),
    path("jobs/<uuid:job_id>/retry/", views.Retry.as_view(), name="api-job-retry"),
    path("jobs/<uuid:job_id>/result/", views.Result.as_view(), name="api-job-result"),
    path("gallery/", views.Gallery.as_view(), name="api-gallery"),
    path("models/", views.Models.as_view(), name="api-models"),
]
