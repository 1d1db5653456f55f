"""A virtual cohort: many invented people through given protocols, streamed to Parquet.

Only `needlework cohort` and `make bench` come here; what it needs beyond the rest is the extra
`cohort`. Nothing is imported with this package, so that `study` and `run` start in a blink.
"""
