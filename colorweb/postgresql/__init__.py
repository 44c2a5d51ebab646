"""Django's PostgreSQL backend over a pool that notices when the server was restarted."""
