"""What is asked of people, by topic."""
