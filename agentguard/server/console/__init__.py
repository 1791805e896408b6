"""The supervisors' console: server-rendered pages behind a sign-in."""
