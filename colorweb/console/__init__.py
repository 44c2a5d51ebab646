"""The staff's console: Django's admin in the site's colors, with one way in for everybody."""
