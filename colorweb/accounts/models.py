"""People with an account; they log in with their e-mail address."""

import uuid
from typing import Any, ClassVar

from django.apps import apps
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from colorweb import clock
from colorweb.leases.models import Leased


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail, as Django's own manager does by user name."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a user; raises ValueError without an address."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a member of staff who may do everything; their address needs no proof."""
        user = self.create_user(
            email, password, **{"is_staff": True, "is_superuser": True, **fields}
        )
        addresses = apps.get_model("account", "EmailAddress").objects
        addresses.create(user=user, email=user.email, primary=True, verified=True)
        return user


class User(AbstractUser):
    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)
    photos_for_training = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Since when the site may train with this account's photos; empty: it may not.",
    )
    mends_for_learning = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Since when the site may learn from the points that this account has set on its "
        "photos; empty: it may not.",
    )
    network = models.CharField(
        max_length=64,
        blank=True,
        db_index=True,
        default="",
        db_default="",  # a process of the version before may still run
        help_text="Where it was made, until an address is confirmed: accounts of one network share "
        "quotas. Empty: it has quotas of its own.",
    )

    default_vividness = models.FloatField(default=1.0, help_text="New photos' first look.")
    default_tones = models.FloatField(default=0.0, help_text="New photos' first look.")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    @property
    def is_confirmed(self) -> bool:
        """Whether it has quotas of its own: its address was confirmed, or staff made it."""
        return self.is_staff or not self.network

    @property
    def queue_owner(self) -> str:
        """Whose turns and quotas its photos take: unconfirmed accounts of a network share them."""
        return f"user:{self.pk}" if self.is_confirmed else f"accounts:{self.network}"


class ApiToken(models.Model):
    """What a script proves with that it acts for an account; `accounts.tokens` makes them."""

    class Scope(models.TextChoices):
        READ = "read", _("read")
        WRITE = "write", _("write")
        STAFF = "staff", _("staff")

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, help_text="The token's first characters.")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256, hex.")
    scopes = models.JSONField(default=list)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="Within ten minutes.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class Installation(models.Model):
    """The id of this installation, which its storage has too; one row."""

    key = models.UUIDField(default=uuid.uuid4)

    def __str__(self) -> str:
        return str(self.key)


class SiteKey(models.Model):
    """The fingerprint of the SECRET_KEY that this database belongs to; one row."""

    fingerprint = models.CharField(max_length=64)
    recorded_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.fingerprint[:12]


class Mail(Leased):
    """A mail that waits to be sent; `accounts.mail` writes, sends and deletes it."""

    content = models.TextField(help_text="Encrypted with the site's key.")
    failures = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=clock.now)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["due_at"], name="mail_due")]

    def __str__(self) -> str:
        return f"{self.pk} since {self.created_at:%Y-%m-%d %H:%M}"
