"""Small things that every app needs and no library brings: they know Django and nothing of ours."""
