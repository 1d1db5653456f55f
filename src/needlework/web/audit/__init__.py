"""Who did what to whose record, from where; sealed in a chain."""
