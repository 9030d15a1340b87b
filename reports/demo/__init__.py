"""A demo department: people and cases in every state, made by the same actions as real ones."""
