"""What each fault costs: a site of several machines is hurt while it colors photos."""
