"""The staff's console as a whole; its parts are tested where they live."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import reverse

from colorweb.accounts.models import User
from tests.accounts import prove

pytestmark = pytest.mark.django_db


def every_list() -> list[str]:
    """The lists of all models that the console shows."""
    return [f"admin:{m._meta.app_label}_{m._meta.model_name}" for m in admin.site._registry]


def test_every_page_opens(admin_client):
    assert admin_client.get("/admin/").status_code == 200
    prove(admin_client, "password")
    for name in every_list():
        assert admin_client.get(reverse(f"{name}_changelist")).status_code == 200, name
        assert admin_client.get(reverse(f"{name}_add")).status_code in (200, 403), name


def test_the_console_has_its_own_policy_and_the_site_keeps_its_own(admin_client):
    policy = admin_client.get("/admin/")["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval';" in policy
    assert "'unsafe" not in admin_client.get("/about/")["Content-Security-Policy"]


def test_staff_find_in_the_side_bar_what_they_may_look_at(client):
    user = User.objects.create_user("helper@example.org", "x", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_job"))
    client.force_login(user)
    page = client.get("/admin/").content.decode()
    assert reverse("admin:jobs_job_changelist") in page
    assert reverse("admin:accounts_user_changelist") not in page
