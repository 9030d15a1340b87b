"""The desk for registrations, coupons, results and certificates, by topic."""
