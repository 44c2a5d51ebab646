"""Pages and programs that wait for news: websockets, and subscriptions to one job.

The API and pages may import it; results, sharing and webhooks are unknown to it.
"""
