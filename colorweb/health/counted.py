"""What every part of the site counts: requests, refusals, outages and Celery's tasks."""

from colorweb.health.counts import QUICK, Counter, Histogram

REQUESTS = Counter("colorweb_requests", "Answers, by route", "route", "method", "status")
REQUEST_SECONDS = Histogram(
    "colorweb_request_seconds", "Until an answer began, by route", "route", ends=QUICK
)
REFUSALS = Counter("colorweb_refusals", "Requests that ended with an error of ours", "code")
OUTAGES = Counter("colorweb_outages", "Errors of database, storage and cache", "of")
TASK_SECONDS = Histogram("colorweb_task_seconds", "Tasks of Celery, by name", "task")
TASK_FAILURES = Counter("colorweb_task_failures", "Tasks of Celery that failed", "task")
ALL = (REQUESTS, REQUEST_SECONDS, REFUSALS, OUTAGES, TASK_SECONDS, TASK_FAILURES)
