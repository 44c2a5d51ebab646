"""The visitor's time zone, as the page's script or the account page has written it in a cookie."""

from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from colorweb.http import problems

COOKIE = "zone"
MAX_AGE = 365 * 86400
NAMES = sorted(name for name in available_timezones() if "/" in name and "Etc/" not in name)


class Zone(MiddlewareMixin):
    """Writes moments of pages in the visitor's zone; in the site's where it is not known."""

    def process_request(self, request: HttpRequest) -> None:
        name = request.COOKIES.get(COOKIE, "")
        if name in _KNOWN and not problems.is_api(request.path):  # whose moments are in UTC
            timezone.activate(ZoneInfo(name))
        else:
            timezone.deactivate()


_KNOWN = frozenset((*NAMES, "UTC"))
