"""Webhooks, as https://www.standardwebhooks.com has them: who is told, what, and until when."""
