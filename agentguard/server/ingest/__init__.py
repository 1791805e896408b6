"""The devices' door: small raw ASGI handlers without a framework in between."""
