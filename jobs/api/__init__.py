"""The REST endpoints of photos and jobs, one module a resource; account holds tokens and webhooks.

Only URL configurations import it; pages and the console are its neighbors.
"""
