from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "colorweb.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Registers what accounts add to the site; models can be imported only now."""
        from colorweb.accounts import encryption, mail, second_factor, signals
        from colorweb.console import navigation
        from colorweb.health import metrics, parts

        signals.connect()
        encryption.register(second_factor.rotate)
        encryption.register(mail.rotate)
        metrics.register(mail.GAUGE)
        parts.register(mail=mail.problem)
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
