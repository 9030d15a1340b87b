"""Tests of the look: frame, tokens, public pages, sign-in pages."""
