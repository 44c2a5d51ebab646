"""What workers make of photos: colored results, renditions in other formats, zips.

The API, pages and tasks may import it; sharing, webhooks and live are its neighbors and unknown to
it.
"""
