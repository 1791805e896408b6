"""What holds for every test."""

from __future__ import annotations

import signal

from hypothesis import settings

settings.register_profile("busy machine", deadline=None)  # a slow example is no wrong one
settings.load_profile("busy machine")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A job in the background of a shell inherits an ignored SIGINT, and its children would too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
