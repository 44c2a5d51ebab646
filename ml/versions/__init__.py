"""Versions of networks: their registry, import, comparison, gate, promotion, and serving to
workers.

Training, the API and the console may import it; it knows the models and the network's package.
"""
