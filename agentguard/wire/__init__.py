"""What agent and endpoint say to each other; imports nothing of either side."""
