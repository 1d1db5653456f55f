"""Who works in a clinic: the owner adds, changes and lets go, and everybody sees their own."""
