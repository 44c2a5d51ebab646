"""Staff permissions are no way up: only superusers change what gives power over others."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.test import Client

from colorweb.accounts import roles, tokens
from colorweb.accounts.models import ApiToken, User
from colorweb.serve import prepare
from tests.accounts import PASSWORD, prove

pytestmark = pytest.mark.django_db

HELPERS = ("accounts", "auth", "account", "mfa", "usersessions")
"""Apps whose every permission somebody who looks after accounts may have."""
CONSOLE = "/admin/accounts/user"


@pytest.fixture
def people() -> dict[str, User]:
    """A superuser, two of the staff, and a customer; each with an address and a second factor."""
    rights = {
        "boss": {"is_staff": True, "is_superuser": True},
        "helper": {"is_staff": True},
        "colleague": {"is_staff": True},
        "customer": {},
    }
    people = {
        name: User.objects.create_user(f"{name}@example.org", PASSWORD, **fields)
        for name, fields in rights.items()
    }
    for user in people.values():
        EmailAddress.objects.create(user=user, email=user.email, primary=True)
        Authenticator.objects.create(user=user, type="totp", data={})
        tokens.create(user, "nightly", ["read"])
    everything = Permission.objects.filter(content_type__app_label__in=HELPERS)
    people["helper"].user_permissions.set(everything)
    return people


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    prove(client)
    return client


def form(user: User, **changed) -> dict[str, object]:
    fields: dict[str, object] = {"email": user.email, "first_name": "", "last_name": ""}
    return {**fields, "is_active": "on", **changed}


MATRIX = [
    # who asks, about whom, whether they may
    ("helper", "customer", True),
    ("helper", "colleague", False),
    ("helper", "helper", False),
    ("helper", "boss", False),
    ("boss", "customer", True),
    ("boss", "colleague", True),
    ("boss", "boss", True),
]


@pytest.mark.parametrize(("who", "whom", "may"), MATRIX)
def test_accounts_of_the_staff_are_changed_by_superusers_only(who, whom, may, people):
    client, user = browser(people[who]), people[whom]
    staff = {"is_staff": "on", "is_superuser": "on"}
    client.post(f"{CONSOLE}/{user.pk}/change/", form(user, first_name="Changed", **staff))
    user.refresh_from_db()
    assert (user.first_name == "Changed") == may
    page = client.get(f"{CONSOLE}/{user.pk}/password/")
    assert page.status_code == (200 if may else 403)
    address = EmailAddress.objects.get(user=user)
    client.post(
        f"/admin/account/emailaddress/{address.pk}/change/",
        {"user": user.pk, "email": "thief@example.org", "primary": "on"},
    )
    assert EmailAddress.objects.filter(email="thief@example.org").exists() == may
    factor = Authenticator.objects.get(user=user)
    client.post(f"/admin/mfa/authenticator/{factor.pk}/delete/", {"post": "yes"})
    assert Authenticator.objects.filter(user=user).exists() != may
    token = ApiToken.objects.get(user=user)
    client.post(f"/admin/accounts/apitoken/{token.pk}/delete/", {"post": "yes"})
    assert ApiToken.objects.filter(user=user).exists() != may
    if who != whom:
        client.post(f"{CONSOLE}/{user.pk}/delete/", {"post": "yes"})
        assert User.objects.filter(pk=user.pk).exists() != may


@pytest.mark.parametrize("who", ["helper", "boss"])
def test_only_superusers_give_powers(who, people):
    group = Group.objects.create(name="all")
    user, codes = people["customer"], Permission.objects.filter(codename="delete_user")
    powers = {"is_staff": "on", "is_superuser": "on", "groups": [group.pk]}
    powers["user_permissions"] = list(codes.values_list("pk", flat=True))
    browser(people[who]).post(f"{CONSOLE}/{user.pk}/change/", form(user, **powers))
    user.refresh_from_db()
    got = [user.is_staff, user.is_superuser, user.groups.exists(), user.user_permissions.exists()]
    assert got == [who == "boss"] * 4


@pytest.mark.parametrize("who", ["helper", "boss"])
def test_only_superusers_change_groups(who, people):
    group, client = Group.objects.create(name="mine"), browser(people[who])
    wanted = [Permission.objects.get(codename="delete_user").pk]
    body = {"name": "mine", "permissions": wanted}
    client.post(f"/admin/auth/group/{group.pk}/change/", body)
    client.post("/admin/auth/group/add/", {"name": "new", "permissions": wanted})
    assert group.permissions.exists() == (who == "boss")
    assert Group.objects.filter(name="new").exists() == (who == "boss")
    client.post(f"/admin/auth/group/{group.pk}/delete/", {"post": "yes"})
    assert Group.objects.filter(name="mine").exists() == (who != "boss")


def test_an_action_on_many_passes_over_the_staff(people):
    client = browser(people["helper"])
    chosen = list(EmailAddress.objects.values_list("pk", flat=True))
    data = {"action": "make_verified", "_selected_action": chosen}
    client.post("/admin/account/emailaddress/", data)
    verified = EmailAddress.objects.filter(verified=True).values_list("user__email", flat=True)
    assert list(verified) == ["customer@example.org"]
    everybody = list(User.objects.values_list("pk", flat=True))
    data = {"action": "delete_selected", "_selected_action": everybody, "post": "yes"}
    client.post(f"{CONSOLE}/", data)
    assert User.objects.count() == len(everybody)


def test_who_may_only_look_confirms_no_address(people):
    people["colleague"].user_permissions.set(
        Permission.objects.filter(codename="view_emailaddress")
    )
    address = EmailAddress.objects.get(user=people["customer"])
    data = {"action": "make_verified", "_selected_action": [address.pk]}
    browser(people["colleague"]).post("/admin/account/emailaddress/", data)
    assert not EmailAddress.objects.filter(verified=True).exists()


ROLES = {
    "auditor": {"audit.view_action"},
    "viewer": {
        *("jobs.view_job", "jobs.view_photo", "jobs.view_publicphoto", "jobs.view_report"),
        *("ml.view_dataset", "ml.view_trainingrun", "ml.view_modelversion"),
        *("ml.view_evaluation", "ml.view_promotion"),
    },
    "moderator": {
        *("jobs.view_publicphoto", "jobs.change_publicphoto", "jobs.delete_publicphoto"),
        "jobs.view_report",
    },
    "trainer": {
        *("ml.view_dataset", "ml.view_trainingrun", "ml.view_modelversion"),
        *("ml.view_evaluation", "ml.view_promotion", "ml.train"),
    },
    "promoter": {
        *("ml.view_dataset", "ml.view_trainingrun", "ml.view_modelversion"),
        *("ml.view_evaluation", "ml.view_promotion", "ml.promote"),
    },
}


def test_roles_are_ready_and_give_what_they_say():
    prepare._make_roles()
    assert set(roles.names()) == set(ROLES)
    for name, wanted in ROLES.items():
        user = User.objects.create_user(f"{name}@example.org", is_staff=True)
        user.groups.add(Group.objects.get(name=name))
        assert user.get_all_permissions() == wanted
        assert browser_of_unproven(user).get("/admin/").status_code == 200


def browser_of_unproven(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_what_a_site_has_made_of_a_role_stays():
    prepare._make_roles()
    Group.objects.get(name="viewer").permissions.clear()
    Group.objects.get(name="trainer").delete()
    prepare._make_roles()
    assert not Group.objects.get(name="viewer").permissions.exists()
    assert Group.objects.get(name="trainer").permissions.exists()
