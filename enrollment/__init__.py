"""From registration to verified certificate: intimation, coupons, results."""
