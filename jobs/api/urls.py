from django.urls import path

from jobs.api import actions, jobs, public

urlpatterns = [
    path("jobs/", jobs.Jobs.as_view(), name="api-jobs"),
    path("jobs/<uuid:job_id>/", jobs.OneJob.as_view(), name="api-job"),
    path("jobs/<uuid:job_id>/cancel/", actions.Cancel.as_view(), name="api-job-cancel"),
    path("jobs/<uuid:job_id>/retry/", actions.Retry.as_view(), name="api-job-retry"),
    path("jobs/<uuid:job_id>/result/", actions.Result.as_view(), name="api-job-result"),
    path("gallery/", public.Gallery.as_view(), name="api-gallery"),
    path("models/", public.Models.as_view(), name="api-models"),
]
