"""Photo files in and out, color spaces and gamut, without torch and without Django.

Anything may import it, the web process too; it knows nothing else of this repository.
"""
