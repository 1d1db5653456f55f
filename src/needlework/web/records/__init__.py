"""Records that are appended and never changed: superseded, or marked entered-in-error."""
