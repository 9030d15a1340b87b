"""What people do to records, notices and access, by topic."""
