from django.contrib import admin
from django.urls import include, path

admin.autodiscover()

urlpatterns = [
    path("", include("colorweb.health.urls")),
    path("", include("jobs.urls")),
    path("", include("ml.urls")),
    path("", include("colorweb.pages")),
    path("account/", include("allauth.urls")),
    path("api/v1/", include("jobs.api.urls")),
    path("api/v1/", include("ml.api.urls")),
    path("api/", include("jobs.api.docs")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]

handler400 = "colorweb.http.problems.bad_request"
handler403 = "colorweb.http.problems.permission_denied"
handler404 = "colorweb.http.problems.not_found"
handler429 = "colorweb.http.problems.too_many_requests"  # allauth's
handler500 = "colorweb.http.problems.server_error"
