"""Who comes on a day, and notes in the staff's own words."""
