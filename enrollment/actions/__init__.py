"""What people do to registrations, coupons, results and certificates, by topic."""
