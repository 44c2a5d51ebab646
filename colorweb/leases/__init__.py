"""Work that one process at a time does on a row: claimed, renewed, fenced, and requeued when its
worker dies; and the wake-ups that workers wait for. Any app may import this; it imports none.
"""

from colorweb.leases.renewal import Renewal as Renewal
from colorweb.leases.renewal import renewing as renewing
from colorweb.leases.rows import InvalidTransition as InvalidTransition
from colorweb.leases.rows import LeaseLost as LeaseLost
from colorweb.leases.rows import change as change
from colorweb.leases.rows import check as check
from colorweb.leases.rows import claim as claim
from colorweb.leases.rows import claim_one as claim_one
from colorweb.leases.rows import expired as expired
from colorweb.leases.rows import granted as granted
from colorweb.leases.rows import held as held
from colorweb.leases.rows import lock as lock
from colorweb.leases.rows import put_back as put_back
from colorweb.leases.rows import release as release
from colorweb.leases.rows import renew as renew
from colorweb.leases.rows import requeue as requeue
from colorweb.leases.rows import worker_name as worker_name
from colorweb.leases.rows import write as write
