"""Formats for pages in Hindi."""
