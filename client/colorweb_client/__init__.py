"""Colours black-and-white photos with a colorweb server."""

from colorweb_client.client import Client
from colorweb_client.errors import ColorwebError, NotColoured, Refused, Unreachable

__all__ = ["Client", "ColorwebError", "NotColoured", "Refused", "Unreachable"]
__version__ = "0.1.0"
