"""What every answer shares: limits on bodies, errors that people and programs read, files."""
