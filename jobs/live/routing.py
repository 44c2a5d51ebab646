from django.urls import path

from jobs.live.consumers import JobConsumer, MineConsumer

websocket_urlpatterns = [
    path("ws/jobs/<uuid:job_id>/", JobConsumer.as_asgi()),
    path("ws/me/", MineConsumer.as_asgi()),
]
