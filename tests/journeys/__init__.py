"""Journeys in Chromium: what the circular promises, walked by the people it names."""
