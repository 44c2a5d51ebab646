"""Training runs: from the form to a new version of a model, and everything one sees on the way."""
