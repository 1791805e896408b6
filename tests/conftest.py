"""What holds for every test: an interrupt works, wherever the tests were started from."""

from __future__ import annotations

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A job in the background of a shell inherits an ignored SIGINT, and its children would too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
