from django.urls import path

from jobs.api import actions, events, jobs, me, public, tokens
from jobs.api.waiting import waiting

urlpatterns = [
    path("jobs/", waiting(jobs.Jobs.as_view()), name="api-jobs"),
    path("jobs/<uuid:job_id>/", jobs.OneJob.as_view(), name="api-job"),
    path("jobs/<uuid:job_id>/cancel/", actions.Cancel.as_view(), name="api-job-cancel"),
    path("jobs/<uuid:job_id>/retry/", actions.Retry.as_view(), name="api-job-retry"),
    path("jobs/<uuid:job_id>/result/", actions.Result.as_view(), name="api-job-result"),
    path("jobs/<uuid:job_id>/events/", events.Events.as_view(), name="api-job-events"),
    path("me/", me.Me.as_view(), name="api-me"),
    path("tokens/", tokens.Tokens.as_view(), name="api-tokens"),
    path("tokens/<int:token_id>/", tokens.OneToken.as_view(), name="api-token"),
    path("gallery/", public.Gallery.as_view(), name="api-gallery"),
    path("models/", public.Models.as_view(), name="api-models"),
]
