from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "colorweb.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Registers what accounts add to the site; models can be imported only now."""
        from colorweb import schedule
        from colorweb.accounts import signals
        from colorweb.console import navigation

        signals.connect()
        schedule.register({"delete-sessions": (3600, "colorweb.accounts.tasks.delete_sessions")})
        navigation.register(
            navigation.Group(
                30,
                _("People"),
                {"accounts.user": "person", "auth.group": "group", "accounts.apitoken": "key"},
            ),
            navigation.Group(
                40,
                _("Sign-in"),
                {
                    "account.emailaddress": "mail",
                    "mfa.authenticator": "phonelink_lock",
                    "usersessions.usersession": "devices",
                },
            ),
        )
