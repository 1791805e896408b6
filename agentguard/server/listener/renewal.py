"""Sees that the endpoint's own certificate does not end while the endpoint runs."""

from __future__ import annotations

import logging
from pathlib import Path

from agentguard.server.listener import certificate
from agentguard.server.listener.greeting import Certificate
from agentguard.server.listener.path_to_endpoint import span

LOG = logging.getLogger(__name__)


class Renewal:
    """Follows the leaf in `file`: takes the next one in its last month, and uses what is there.

    A certificate that somebody else made is left to whoever renews it and has it read again.
    """

    def __init__(self, used: Certificate, file: Path) -> None:
        self._used, self._file = used, file

    def look(self, lived: float) -> None:
        """Look at the leaf; `lived` is the time that was surely lived through.

        Connections that are open keep the one before; desks that trust its authority see no change.

        Raises:
            StoreError: a file of the authority is lost, or the next leaf could not be written.
            OSError, ValueError: what is there cannot be used; the one before stays.

        """
        if self._file.name != certificate.CERTIFICATE_FILE or not certificate.own(self._file):
            return
        certificate.take_next(self._file.parent, lived)
        if span(self._file) != self._used.valid:  # another process may have taken it
            self._used.again()
            LOG.info("the next certificate of the endpoint's own authority is used")
