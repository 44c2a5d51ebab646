from django.contrib.admin.apps import SimpleAdminConfig


class ConsoleConfig(SimpleAdminConfig):
    """The console's pages are found by `colorweb.urls`: workers and commands do without."""

    default_site = "colorweb.console.site.ConsoleSite"
