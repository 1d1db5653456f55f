"""A consultation that the client fills in beforehand, and its confirmation by the practitioner."""
