"""The committee on the desk, by topic."""
