from django.urls import path

from jobs.api import (
    actions,
    albums,
    archives,
    batches,
    events,
    jobs,
    links,
    mending,
    photos,
    public,
    queue,
    results,
    trash,
    versions,
)
from jobs.api.account import me, tokens, webhooks
from jobs.api.waiting import waiting

urlpatterns = [
    path("jobs/", waiting(jobs.Jobs.as_view()), name="api-jobs"),
    path("jobs/<uuid:job_id>/", jobs.JobDetailView.as_view(), name="api-job"),
    path("jobs/<uuid:job_id>/cancel/", actions.Cancel.as_view(), name="api-job-cancel"),
    path("jobs/<uuid:job_id>/retry/", actions.Retry.as_view(), name="api-job-retry"),
    path("jobs/<uuid:job_id>/result/", results.Result.as_view(), name="api-job-result"),
    path("jobs/<uuid:job_id>/events/", events.Events.as_view(), name="api-job-events"),
    path("photos/", photos.Photos.as_view(), name="api-photos"),
    path("photos/<uuid:photo_id>/", photos.PhotoDetailView.as_view(), name="api-photo"),
    path("photos/<uuid:photo_id>/result/", results.PhotoResult.as_view(), name="api-photo-result"),
    path(
        "photos/<uuid:photo_id>/versions/", versions.Versions.as_view(), name="api-photo-versions"
    ),
    path(
        "photos/<uuid:photo_id>/versions/<uuid:job_id>/",
        versions.VersionDetailView.as_view(),
        name="api-photo-version",
    ),
    path(
        "photos/<uuid:photo_id>/versions/<uuid:job_id>/use/",
        versions.UseVersion.as_view(),
        name="api-photo-version-use",
    ),
    path(
        "photos/<uuid:photo_id>/suggestions/",
        mending.Suggestions.as_view(),
        name="api-photo-suggestions",
    ),
    path("photos/<uuid:photo_id>/preview/", mending.Preview.as_view(), name="api-photo-preview"),
    path("photos/<uuid:photo_id>/links/", links.PhotoLinks.as_view(), name="api-photo-links"),
    path(
        "photos/<uuid:photo_id>/links/<int:link_id>/",
        links.PhotoLinkDetailView.as_view(),
        name="api-photo-link",
    ),
    path("albums/", albums.Albums.as_view(), name="api-albums"),
    path("albums/<uuid:album_id>/", albums.AlbumDetailView.as_view(), name="api-album"),
    path(
        "albums/<uuid:album_id>/photos/", albums.AlbumPhotosView.as_view(), name="api-album-photos"
    ),
    path("albums/<uuid:album_id>/links/", links.AlbumLinks.as_view(), name="api-album-links"),
    path(
        "albums/<uuid:album_id>/links/<int:link_id>/",
        links.AlbumLinkDetailView.as_view(),
        name="api-album-link",
    ),
    path("archives/", archives.Archives.as_view(), name="api-archives"),
    path("archives/<uuid:archive_id>/", archives.ArchiveDetailView.as_view(), name="api-archive"),
    path("batches/", batches.Batches.as_view(), name="api-batches"),
    path("batches/<uuid:batch_id>/", batches.BatchDetailView.as_view(), name="api-batch"),
    path("batches/<uuid:batch_id>/cancel/", batches.BatchCancel.as_view(), name="api-batch-cancel"),
    path("batches/<uuid:batch_id>/jobs/", batches.BatchJobs.as_view(), name="api-batch-jobs"),
    path("trash/", trash.Trash.as_view(), name="api-trash"),
    path("trash/<uuid:photo_id>/", trash.TrashedDetailView.as_view(), name="api-trashed"),
    path("trash/<uuid:photo_id>/restore/", trash.Restore.as_view(), name="api-trash-restore"),
    path("me/", me.Me.as_view(), name="api-me"),
    path("tokens/", tokens.Tokens.as_view(), name="api-tokens"),
    path("tokens/<int:token_id>/", tokens.TokenDetailView.as_view(), name="api-token"),
    path("webhooks/", webhooks.Endpoints.as_view(), name="api-webhooks"),
    path("webhooks/<uuid:endpoint_id>/", webhooks.EndpointDetailView.as_view(), name="api-webhook"),
    path(
        "webhooks/<uuid:endpoint_id>/secret/", webhooks.Secret.as_view(), name="api-webhook-secret"
    ),
    path("webhooks/<uuid:endpoint_id>/test/", webhooks.Test.as_view(), name="api-webhook-test"),
    path("webhooks/<uuid:endpoint_id>/pause/", webhooks.Pause.as_view(), name="api-webhook-pause"),
    path(
        "webhooks/<uuid:endpoint_id>/resume/", webhooks.Resume.as_view(), name="api-webhook-resume"
    ),
    path(
        "webhooks/<uuid:endpoint_id>/deliveries/",
        webhooks.EndpointDeliveries.as_view(),
        name="api-webhook-deliveries",
    ),
    path(
        "jobs/<uuid:job_id>/deliveries/",
        webhooks.JobDeliveries.as_view(),
        name="api-job-deliveries",
    ),
    path("deliveries/<uuid:delivery_id>/resend/", webhooks.Resend.as_view(), name="api-resend"),
    path("gallery/", public.Gallery.as_view(), name="api-gallery"),
    path("gallery/<uuid:photo_id>/like/", public.Like.as_view(), name="api-like"),
    path("models/", public.Models.as_view(), name="api-models"),
    path("queue/", queue.Queue.as_view(), name="api-queue"),
    path("queue/pause/", queue.Pause.as_view(), name="api-queue-pause"),
    path("queue/resume/", queue.Resume.as_view(), name="api-queue-resume"),
    path("queue/retry-failed/", queue.RetryFailed.as_view(), name="api-queue-retry-failed"),
    path("queue/check/", queue.Check.as_view(), name="api-queue-check"),
]
