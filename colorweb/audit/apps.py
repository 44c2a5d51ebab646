from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "colorweb.audit"
    label = "audit"
    verbose_name = _("Account of actions")

    def ready(self) -> None:
        """Registers the list of actions with the console; models can be imported only now."""
        from django.contrib.admin.models import LogEntry
        from django.db.models.signals import post_save

        from colorweb.accounts import roles
        from colorweb.audit import log_entries
        from colorweb.console import navigation

        roles.register({"auditor": ("audit.view_action",)})
        navigation.register(navigation.Group(90, _("Account of actions"), {"audit.action": "list"}))
        post_save.connect(log_entries.receive, sender=LogEntry)
