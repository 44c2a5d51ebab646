"""What the account pages need to show forms and browsers."""

import re

from allauth.mfa.utils import is_mfa_enabled
from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from colorweb.accounts.models import ApiToken, User

register = template.Library()

# The first that fits: most browsers also name those they descend from.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("YaBrowser", "Yandex Browser"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox|FxiOS", "Firefox"),
    ("Chrome|CriOS", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@register.filter
def control(field: BoundField) -> SafeString:
    """The field's input in the site's look; the label above need not be repeated inside."""
    more = {"autocomplete": "username"} if field.name in ("login", "email") else {}
    if field.name == "code":
        more = {"autocomplete": "one-time-code", "inputmode": "numeric"}
    return field.as_widget(attrs={"placeholder": False, "class": "field", **more})


@register.filter
def has_second_factor(user: User) -> bool:
    """Whether login requires a code in addition to the password."""
    return bool(is_mfa_enabled(user))


@register.filter
def scope_name(scope: str) -> str:
    """What a token may do, in a word."""
    return str(ApiToken.Scope(scope).label)


@register.filter
def browser(user_agent: str) -> str:
    """`Firefox, Linux` instead of a whole User-Agent header."""
    names = [
        next((name for pattern, name in known if re.search(pattern, user_agent)), None)
        for known in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(filter(None, names)) or _("Unknown browser")
