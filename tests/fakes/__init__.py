"""Fake platforms that channels send to (README.md)."""
