"""The console's users, their sign-ins and sessions."""
