"""Colors black-and-white photos with a colorweb server."""

from colorweb_client.client import Client
from colorweb_client.errors import ColorwebError, NotColored, Refused, Unreachable

__all__ = ["Client", "ColorwebError", "NotColored", "Refused", "Unreachable"]
__version__ = "0.2.0"
