"""Plans that a professional has signed, and whether they still stand."""
