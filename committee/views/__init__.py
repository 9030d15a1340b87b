"""Pages of the committee, by topic."""
