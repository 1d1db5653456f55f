"""What a clinician clears or refuses: asked for, answered, or overridden with a reason."""
