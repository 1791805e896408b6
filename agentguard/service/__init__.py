"""The small service that keeps an agent running in every session of a computer."""
