"""People, roles, services and authorities; the audit trail and the notices that everybody needs."""
