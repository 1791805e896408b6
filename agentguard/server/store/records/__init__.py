"""The audit log, the ages of records, and what may not be deleted."""
