"""Results as a person reads them: calm, in words, without colour where none is seen."""
