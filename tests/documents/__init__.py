"""Documents are read back as a reader's program would read them."""
