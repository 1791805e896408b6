"""Whether a program could still write to a file that is about to be taken away from it."""

from __future__ import annotations

import sys

if sys.platform == "linux":
    import errno
    import fcntl
    import signal

    def is_written(handle: int) -> bool:
        """Check whether anybody has this file open for writing, where the system can tell.

        Linux refuses a read lease while there is a writer (fcntl(2), F_SETLEASE). A file of another
        user, or a file system without leases, gives no answer, which counts as no.
        """
        try:
            # A writer who comes while the lease lasts would end us by SIGIO; nobody minds SIGURG.
            fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
            fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        except OSError as error:
            return error.errno in {errno.EAGAIN, errno.EWOULDBLOCK}
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        return False

else:

    def is_written(handle: int) -> bool:  # noqa: ARG001 - one shape for every system
        """Windows needs no telling: a file that is open there cannot be renamed."""
        return False
