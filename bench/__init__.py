"""What coloring costs, measured against what it cannot cost less than. Run: python -m bench."""
