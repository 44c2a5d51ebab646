"""What others see of a photo: gallery, likes, reports and moderation, share links.

The API, pages and the console may import it; results, webhooks and live are unknown to it.
"""
