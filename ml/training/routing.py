from django.urls import path

from ml.training.consumers import RunConsumer

websocket_urlpatterns = [path("ws/training-runs/<uuid:run_id>/", RunConsumer.as_asgi())]
