"""Needlework: the open system for microneedling, from a consultation to a measured result."""

__version__ = "0.1.0"
