"""Parts of pages that are the same for everybody who reads the same language."""

from typing import Any

from django import template
from django.template.base import NodeList, Parser, Token
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


class Fixed(template.Node):
    """Rendered once in each language, and without the page's variables: nothing of one visitor can
    get to another.
    """

    def __init__(self, nodes: NodeList) -> None:
        self.nodelist = nodes
        self._rendered: dict[str | None, SafeString] = {}

    def render(self, context: Any) -> SafeString:
        language = get_language()
        if language not in self._rendered:
            self._rendered[language] = self.nodelist.render(context.new())
        return self._rendered[language]


@register.tag
def fixed(parser: Parser, _token: Token) -> Fixed:
    """`{% fixed %}` … `{% endfixed %}`: words and addresses that depend on nothing else."""
    nodes = parser.parse(("endfixed",))
    parser.delete_first_token()
    return Fixed(nodes)
