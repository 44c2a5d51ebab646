"""Pages speak the language that was asked for, all of it."""

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.test import Client

from colorweb.accounts.models import User
from colorweb.accounts.visitors import Visitor
from jobs.models import Photo
from jobs.sharing import albums, links
from tests.accounts import PAGES_FOR_ALL, PAGES_OF_ACCOUNT
from tests.jobs import make

pytestmark = pytest.mark.django_db

SAID = ("alt", "aria-label", "placeholder", "title")
UNSEEN = ("script", "style", "code", "pre", "option")
DESCRIBES = ("description", "og:title", "og:description", "og:image:alt")
NAMES = {
    *("colorweb", "English", "API", "HTTPS", "URL", "REST", "OpenAPI", "MIT", "ResNet-Gray", "IP"),
    *("JPEG", "PNG", "WebP", "TIFF", "HEIC", "AVIF", "BMP", "GIF", "PDF", "DNG", "XL", "ZIP"),
    *("zip", "cookie", "Ctrl", "QR", "SITE_URL", "ALLOWED_HOSTS", "UTC", "px", "U-Net", "ImageNet"),
    *("Enter", "Delete", "XIX", "Standard", "Webhooks", "Cookie", "Net", "resnet-gray-unet"),
}


class Words(HTMLParser):
    """Latin words that a page says in its own language."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        hidden = tag in UNSEEN or values.get("lang", "ru") != "ru"
        describes = (values.get("name") or values.get("property")) in DESCRIBES
        for name, value in attrs:
            says = name in SAID or (tag == "template" and name.startswith("data-"))
            says |= name == "content" and describes
            if says and not (hidden or self.is_hidden) and "://" not in str(value):
                self.read(str(value))
        if tag not in ("meta", "link", "input", "img", "br", "path", "circle", "hr"):
            self.open.append((tag, hidden))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self.is_hidden:
            self.read(data)

    def read(self, text: str) -> None:
        plain = re.sub(r"\{\w+\}|\S+@\S+|/\S*|\S+\.(jpg|html|svg)\b|width=\S+", "", text)
        self.found |= set(re.findall(r"[A-Za-z][A-Za-z_]+(?:-[A-Za-z]+)*", plain)) - NAMES

    @property
    def is_hidden(self) -> bool:
        return any(hidden for _tag, hidden in self.open)


def english(client: Client, path: str) -> set[str]:
    answer = client.get(path, headers={"Accept-Language": "ru"}, follow=True)
    assert answer.status_code < 500, path
    words = Words()
    words.feed(answer.content.decode())
    return words.found


def test_russian_pages_have_no_english_in_them(browser, ada: User):
    photo = make.photo_of(ada, "кот.jpg")
    waiting = make.photo_of(ada, "пёс.jpg", state="queued")
    shown = make.published(guest="", owner=ada, title="Гавань", name="гавань.jpg").photo
    visitor = Visitor(user=ada, guest="", address="")
    album = albums.make(visitor, title="Рига")
    albums.add(album, visitor, [photo.pk])
    of_photos = [f"/jobs/{one.newest_id}/" for one in Photo.objects.all() if one != waiting]
    link = links.make(album, contributions=True)
    shared = [f"/s/{link.token}/", f"/s/{link.token}/slides/", "/s/nothing/"]
    own = [f"/albums/{album.pk}/{page}" for page in ("", "captions/", "slides/", "share/")]
    public = [
        "/",
        "/gallery/",
        "/gallery/?q=nothing",
        f"/photos/{shown.pk}/",
        "/nowhere/",
        "/offline/",
    ]
    found = {
        path: words
        for path in [*public, *of_photos, *own, *shared, "/albums/", *PAGES_OF_ACCOUNT]
        if (words := english(browser, path))
    }
    found |= {path: words for path in PAGES_FOR_ALL if (words := english(Client(), path))}
    assert settings.LANGUAGES[1][0] == "ru"
    assert found == {}
