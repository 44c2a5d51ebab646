"""What share links open: `access` asks here for visitors who carry grants."""

from django.db.models import Q
from django.http import Http404

from colorweb.accounts.visitors import Visitor
from jobs.models import AlbumPhoto, Photo, ShareLink


def let_in(visitor: Visitor) -> Q:
    """The condition on a job that a share link shows its photo to this visitor now."""
    links = _open(visitor)
    albums = [link.album_id for link in links if link.album_id]
    in_albums = AlbumPhoto.objects.filter(album__in=albums, accepted=True)
    return Q(photo__in=[link.photo_id for link in links if link.photo_id]) | Q(
        photo__in=in_albums.values("photo")
    )


def leading_to(visitor: Visitor, photo: Photo) -> list[ShareLink]:
    """The links that show this photo to this visitor now."""
    albums = set(photo.places.filter(accepted=True).values_list("album", flat=True))
    return [link for link in _open(visitor) if link.photo_id == photo.pk or link.album_id in albums]


def share_link(token: str, *, without_password: bool = False) -> ShareLink:
    """A link that leads somewhere, by its token. Else Http404: expired, revoked, never there.

    The caller checks its password, if it has one.
    """
    to_photo = Q(photo__trashed_at=None, photo__hidden_for="", photo__version__isnull=False)
    links = ShareLink.objects.alive().filter(to_photo | Q(photo=None), token=token)
    if without_password:
        links = links.filter(password="")
    link = links.select_related("photo__version", "album").first()
    if link is None:
        raise Http404("no such link")
    return link


def _open(visitor: Visitor) -> list[ShareLink]:
    tokens = [grant.partition(":")[0] for grant in visitor.grants]
    links = ShareLink.objects.alive().filter(token__in=tokens) if tokens else ()
    return [link for link in links if link.lets_in(visitor.grants)]
