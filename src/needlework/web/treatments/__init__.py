"""Sessions as they were held."""
