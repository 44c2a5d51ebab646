"""The API's own documentation: the OpenAPI document, Swagger UI and Redoc, from local files.

Both pages write styles into themselves, and Redoc starts a worker from a blob; only they get
the wider Content-Security-Policy that this takes. No script is inline or from elsewhere.
"""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.urls import path
from drf_spectacular.views import (
    SpectacularAPIView,
    SpectacularRedocView,
    SpectacularSwaggerSplitView,
)

wider = csp_update(
    {
        "style-src": [SELF, UNSAFE_INLINE],
        "script-src": [SELF],
        "worker-src": [SELF, "blob:"],
    }
)
swagger = SpectacularSwaggerSplitView.as_view(url_name="api-schema")
redoc = SpectacularRedocView.as_view(url_name="api-schema", template_name="api/redoc.html")

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", wider(swagger), name="api-docs"),
    path("docs/redoc/", wider(redoc), name="api-redoc"),
]
