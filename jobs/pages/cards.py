"""What messengers and networks show of a link to a page: Open Graph tags."""

from dataclasses import dataclass

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from colorweb.accounts.visitors import VisitorRequest
from jobs.models import Job
from jobs.serializers.addresses import absolute
from jobs.storage.files import PREVIEW_SIDE

OF_SITE, SITE_WIDTH, SITE_HEIGHT = "samples/card.jpg", 1200, 630


@dataclass(frozen=True)
class LinkCard:
    """Texts, the page's absolute address, and its picture (empty: none) with its size in pixels."""

    title: str
    description: str
    address: str
    alt: str = ""
    picture: str = ""
    width: int = 0
    height: int = 0
    type: str = "website"


def of_page(request: VisitorRequest, name: str, title: str, description: str) -> LinkCard:
    """Of a page of the site, with the site's own picture."""
    host = request.get_host()
    return LinkCard(
        title=title,
        description=description,
        address=absolute(host, reverse(name)),
        alt=_("A mother with two small girls, half of the photo gray, half in color"),
        picture=absolute(host, static(OF_SITE)),
        width=SITE_WIDTH,
        height=SITE_HEIGHT,
    )


def of_job(job: Job, address: str, picture: str) -> LinkCard:
    """Of a photo in color, shown at an address; the picture is its preview, or empty."""
    photo = job.photo
    title = photo.title or _("A photo in color")
    usual = _("An old photo, before and after a network has guessed its colors.")
    width, height = job.shown_size
    scale = min(1, PREVIEW_SIDE / max(width, height))
    return LinkCard(
        title=title,
        description=photo.alt or usual,
        address=address,
        alt=photo.alt or title,
        picture=picture,
        width=round(width * scale),
        height=round(height * scale),
        type="article",
    )
