"""Work that one process at a time does on a row: claimed, renewed, fenced, and requeued when its
worker dies; and the wake-ups that tell workers of it. Any app may import this; it knows none.
"""

from colorweb.leases.lease import Lease as Lease
from colorweb.leases.rows import Refused as Refused
from colorweb.leases.rows import change as change
from colorweb.leases.rows import claim as claim
from colorweb.leases.rows import expired as expired
from colorweb.leases.rows import here as here
from colorweb.leases.rows import kept as kept
from colorweb.leases.rows import take_back as take_back
