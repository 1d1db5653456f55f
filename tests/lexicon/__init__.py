"""Tests of needlework.lexicon."""
