"""Rule sets as law, pure rules, and the decisions made with them."""
