"""The API for staff: data sets and training runs."""
