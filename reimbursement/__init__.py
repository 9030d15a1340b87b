"""Claims, scrutiny, sanction orders and payments."""
