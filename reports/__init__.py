"""Home, the dashboard of what awaits a user, public pages and figures."""
