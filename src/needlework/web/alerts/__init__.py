"""What clients did that staff must see: urgent reports, and consents that they took back."""
