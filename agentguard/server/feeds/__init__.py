"""What goes out of the endpoint: webhooks, a SIEM, a bus, and figures for a monitor."""
