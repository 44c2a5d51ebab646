"""What allauth does our way: addresses in mails, and whom wrong passwords lock out."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import get_language

from colorweb.accounts.visitors import network_of


class AccountAdapter(DefaultAccountAdapter):
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Every address in a mail is of SITE_URL, whatever Host the request has named."""
        site = urlsplit(settings.SITE_URL)
        links = {
            name: urlsplit(value)._replace(scheme=site.scheme, netloc=site.netloc).geturl()
            for name, value in context.items()
            if name.endswith("_url")
        }
        current_site = SimpleNamespace(domain=site.netloc, name=site.netloc)
        super().send_mail(
            template_prefix, email, {**context, **links, "current_site": current_site}
        )

    def render_mail(
        self,
        template_prefix: str,
        email: str,
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMultiAlternatives:
        """The text of allauth's template, and the same in the site's look."""
        plain = super().render_mail(template_prefix, email, context, headers)
        mail = EmailMultiAlternatives(
            plain.subject, plain.body, plain.from_email, plain.to, headers=plain.extra_headers
        )
        said = {"subject": plain.subject, "text": plain.body, "language": get_language()}
        mail.attach_alternative(render_to_string("account/email/page.html", said), "text/html")
        return mail

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Who guesses locks out nobody but the network the guesses come from."""
        login = credentials.get("email", "").lower()
        return f"{network_of(self.get_client_ip(request))}:{login}"
