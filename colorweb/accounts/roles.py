"""Groups that every site has: for staff, by what they do. Superusers put accounts into them."""

from collections.abc import Collection, Mapping
from functools import reduce
from operator import or_

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

_roles: dict[str, set[str]] = {}


def register(roles: Mapping[str, Collection[str]]) -> None:
    """Adds permissions (`jobs.view_job`) to roles, by name; for `AppConfig.ready`."""
    for name, permissions in roles.items():
        _roles.setdefault(name, set()).update(permissions)


def names() -> Collection[str]:
    """The roles there are."""
    return _roles.keys()


def make() -> None:
    """Make the groups that are missing; what a site has made of the others stays."""
    for name, wanted in _roles.items():
        group, is_new = Group.objects.get_or_create(name=name)
        if is_new:
            group.permissions.set(_permissions(wanted))


def _permissions(labels: Collection[str]) -> Collection[Permission]:
    parts = (label.split(".") for label in sorted(labels))
    conditions = [Q(content_type__app_label=app, codename=codename) for app, codename in parts]
    return Permission.objects.filter(reduce(or_, conditions))
