"""What is decided and approved, by topic."""
