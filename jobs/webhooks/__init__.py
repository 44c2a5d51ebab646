"""Webhooks: endpoints, signed messages, and their delivery from the outbox (`jobs.events.outbox`).

The API, pages and tasks may import it; results, sharing and live are unknown to it.
"""
