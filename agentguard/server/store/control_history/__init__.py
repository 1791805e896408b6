"""What held at each desk over time: written as reports come, read by pages and evidence packs."""
