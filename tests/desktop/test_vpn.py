"""VPNs by the real kernel and by a real NetworkManager, in a network of their own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.desktop.harness import Programs

pytestmark = pytest.mark.heavy


def test_row_145_a_vpn_is_seen_while_it_is_up_and_not_longer(tmp_path: Path) -> None:
    """The line out is a tunnel that no program holds, so that it is none."""
    told = Programs(os.environ).run(
        "unshare", "-n", "-m", "--propagation", "private",
        "--pid", "--fork", "--kill-child", "--mount-proc",
        sys.executable, "-m", "tests.desktop.vpn_room", str(tmp_path),
    )  # fmt: skip
    steps = dict(line.split(": ", 1) for line in told.splitlines())
    assert steps == {
        "quiet": "none",
        "made": "none",
        "tunnel": "tun:tun3",
        "closed": "none",
        "managed": "none",
        "connected": "openvpn:company",
        "disconnected": "none",
    }
