"""The world to events: sensors see, they never judge."""
