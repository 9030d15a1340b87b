"""What people do to decisions, runs and the catalogue, by topic."""
