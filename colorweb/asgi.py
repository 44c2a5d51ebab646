"""The web process: pages, REST and websockets. It never imports torch."""

import os

import django
from django.conf import settings

from colorweb import machines

machines.check_or_exit("web")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colorweb.settings")
django.setup(set_prefix=False)

from django import db  # noqa: E402
from django.core.signals import request_started  # noqa: E402

# At its end a request closes what is too old; asking again at the next one's beginning would take
# a thread before there is something to do. Queries are recorded in debugging alone.
request_started.disconnect(db.close_old_connections)
if not settings.DEBUG:
    request_started.disconnect(db.reset_queries)

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import re_path  # noqa: E402

from colorweb.accounts.sockets import NoSuchSocket  # noqa: E402
from colorweb.http.body_limit import BodyLimit  # noqa: E402
from colorweb.http.cors import Cors  # noqa: E402
from colorweb.http.observed import Observed  # noqa: E402
from colorweb.http.permits import Permits  # noqa: E402
from colorweb.http.programs import Handler, Slashes  # noqa: E402
from colorweb.http.sockets import OwnOrigin  # noqa: E402
from jobs.live import routing as of_photos  # noqa: E402
from ml.training import routing as of_training  # noqa: E402

sockets = URLRouter(
    [
        *of_photos.websocket_urlpatterns,
        *of_training.websocket_urlpatterns,
        re_path("", NoSuchSocket.as_asgi()),
    ]
)
application = ProtocolTypeRouter(
    {
        "http": Observed(Cors(Slashes(BodyLimit(Permits(Handler()))))),
        "websocket": OwnOrigin(sockets),
    }
)
