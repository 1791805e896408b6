"""The central endpoint: takes reports, verifies second factors, and shows supervisors the floor."""
