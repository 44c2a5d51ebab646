"""What happened, published: messages to open pages, progress, and the webhooks' outbox.

The queue and all above it may import it; it knows models and storage.
"""
