from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

TASKS = {
    "delete-sessions": (3600, "colorweb.accounts.tasks.delete_sessions"),
    "sweep-mail": (3600, "colorweb.accounts.tasks.sweep_mail"),
    "send-mail": (5, "colorweb.accounts.tasks.send_mail"),
}


class AccountsConfig(AppConfig):
    name = "colorweb.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Registers what accounts add to the site; models can be imported only now."""
        from colorweb import schedule
        from colorweb.accounts import encryption, mail, second_factor, signals
        from colorweb.console import navigation
        from colorweb.health import metrics, parts

        signals.connect()
        encryption.register(second_factor.rotate)
        encryption.register(mail.rotate)
        metrics.register(mail.GAUGE)
        parts.register(mail=mail.problem)
        schedule.register(TASKS)
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
