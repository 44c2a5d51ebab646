"""A photo's life: intake, ownership, visibility, search, trash, export, batches, the check of
files.

Serializers and all above may import it; it knows the queue, events, storage and models.
"""
