"""What jobs, the queue and its figures look like as JSON: one shape for API, sockets and
webhooks.

Everything that answers somebody may import it; it knows photos, the queue and below.
"""
