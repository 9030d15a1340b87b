"""What the portal's busiest pages cost, set against bare pages on the same server."""
