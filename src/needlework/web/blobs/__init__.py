"""Photos, signatures, documents: sniffed, cleaned, encrypted, and served only through access."""
