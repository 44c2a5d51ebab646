"""Whether the site is alive, ready, and how busy: /healthz, /readyz, /metrics."""
