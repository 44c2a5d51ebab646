from django.urls import path

from jobs import account_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("sample/", views.sample, name="sample"),
    path("gallery/", views.gallery_page, name="gallery"),
    path("jobs/<uuid:job_id>/", views.job, name="job"),
    path("jobs/<uuid:job_id>/cancel/", views.cancel, name="job-cancel"),
    path("jobs/<uuid:job_id>/retry/", views.retry, name="job-retry"),
    path("jobs/<uuid:job_id>/publish/", views.publish, name="job-publish"),
    path("jobs/<uuid:job_id>/unpublish/", views.unpublish, name="job-unpublish"),
    path("jobs/<uuid:job_id>/delete/", views.delete, name="job-delete"),
    path("files/<uuid:job_id>/<str:kind>", views.file, name="file"),
    path("account/", account_views.account, name="account"),
    path("account/export/", account_views.export_all, name="account-export"),
    path("account/delete/", account_views.delete, name="account-delete"),
]
