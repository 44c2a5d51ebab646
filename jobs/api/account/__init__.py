"""What an account manages over REST: itself, tokens, webhooks. Imported by the API's URLs."""
