"""What every REST endpoint shares, whichever part of the product it belongs to."""
