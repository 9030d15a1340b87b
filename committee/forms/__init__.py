"""What the committee, its secretary and proposers type, by topic."""
