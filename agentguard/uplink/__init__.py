"""The agent's only way out: enrolment, signed reports with receipts, and proofs."""
