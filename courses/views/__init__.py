"""Pages of the catalogue and of its decisions, by topic."""
