"""The queue of jobs: claims, fair turns, states, retries, limits, wake-ups and status, all rows
of the database.

Photos and all above may import it; it knows nothing of photos' intake, the API or pages.
"""
