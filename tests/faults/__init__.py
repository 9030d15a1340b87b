"""What breaks around the portal: workers, broker, database, disk, browsers."""
