"""The staff's console: Django's admin in the site's colours, with one way in for everybody."""
