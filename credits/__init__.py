"""The append-only ledger of credit points and its thresholds."""
