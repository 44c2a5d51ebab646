from django.urls import path

from ml.consumers import RunConsumer

websocket_urlpatterns = [path("ws/training-runs/<uuid:run_id>/", RunConsumer.as_asgi())]
