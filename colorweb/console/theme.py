"""How the console looks: the site's grays and its one accent (frontend/src/styles/tokens.css)."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

GRAYS = {
    "50": "#fbfbfb", "100": "#f2f2f2", "200": "#e3e3e3", "300": "#d0d0d0", "400": "#a6a6a6",
    "500": "#6e6e6e", "600": "#4f4f4f", "700": "#3a3a3a", "800": "#282828", "900": "#1a1a1a",
    "950": "#101010",
}  # fmt: skip
ACCENT = {
    "50": "#fff4ee", "100": "#ffe6d8", "200": "#ffd0b5", "300": "#ffb58a", "400": "#ff9b63",
    "500": "#ff9b63", "600": "#b83a0a", "700": "#962c04", "800": "#772404", "900": "#5c1d05",
    "950": "#330f02",
}  # fmt: skip

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "colorweb",
    "SITE_HEADER": "colorweb",
    "SITE_SUBHEADER": _("Console"),
    "SITE_URL": reverse_lazy("home"),
    "SITE_ICON": lambda _request: static("favicon.svg"),
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("favicon.svg")}
    ],
    "STYLES": [lambda _request: static("console.css")],
    "DASHBOARD_CALLBACK": "jobs.admin.console.context",
    "SHOW_HISTORY": False,
    "SHOW_LANGUAGES": True,
    "BORDER_RADIUS": "3px",
    "COLORS": {"base": GRAYS, "primary": ACCENT},
    "SIDEBAR": {"navigation": "colorweb.console.navigation.groups"},
    "ACCOUNT": {
        "navigation": [{"title": _("My account"), "link": reverse_lazy("account")}],
    },
}
