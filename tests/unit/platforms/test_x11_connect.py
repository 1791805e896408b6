"""A display is only ever spoken to through its own socket."""

from __future__ import annotations

import socket

import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux import x11

NOBODY = 59_000  # a display's number, whose TCP port would be 65000


@pytest.mark.parametrize("name", [f":{NOBODY}", f":{NOBODY}.0", "", "nonsense"])
def test_a_display_that_is_not_there_is_a_platform_error(name: str) -> None:
    with pytest.raises(PlatformError) as caught:
        x11.connect(name)
    assert "display" in str(caught.value)


def test_a_stranger_who_listens_on_the_displays_tcp_port_is_not_asked() -> None:
    with socket.create_server(("127.0.0.1", 6000 + NOBODY)) as stranger:
        stranger.setblocking(False)
        with pytest.raises(PlatformError):
            x11.connect(f":{NOBODY}")
        with pytest.raises(BlockingIOError):
            stranger.accept()
