"""Why the system did not open what was to be read: light, since the parent walks folders."""

from __future__ import annotations

import errno

GONE = "reason.gone"

_REASONS = {
    errno.ENOENT: GONE,
    errno.ENOTDIR: GONE,
    errno.ESTALE: GONE,
    errno.ELOOP: "reason.link",
    errno.EACCES: "reason.denied",
    errno.EPERM: "reason.denied",
    errno.ENXIO: "reason.not-regular",
    errno.EISDIR: "reason.not-regular",
    errno.ENAMETOOLONG: "reason.name",
    errno.EINVAL: "reason.name",
}


def reason_of(error: OSError) -> str:
    """Return the reason's id for an error of the system."""
    return _REASONS.get(error.errno or 0, "reason.system")
