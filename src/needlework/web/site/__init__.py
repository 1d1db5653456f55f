"""What anyone may read: a clinic, and what microneedling is."""
