"""What the medical director decides about each claim, and what a new release changes."""
