"""The pages of an account: itself, tokens, webhooks. Imported by the pages' URLs."""
