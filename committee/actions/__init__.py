"""What the committee, its secretary and proposers do, by topic."""
