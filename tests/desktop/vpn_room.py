"""A computer's network of one's own: `unshare -n -m python -m tests.desktop.vpn_room FOLDER`.

Makes a tunnel in the kernel, then has a real NetworkManager bring up a VPN, and prints after each
step what the probe read: the step, then kind and name of each VPN, or why it was not read.
"""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import sys
from pathlib import Path

from agentguard.model.moments import Moment
from agentguard.platforms._linux.bus import Bus
from agentguard.platforms._linux.probes.vpn import INTERFACES, RESOLVER, SERVICE, VpnProbe
from tests.desktop.harness import Programs, eventually

PLUGIN = f"{SERVICE}.openvpn"
SET_INTERFACE = 0x400454CA  # TUNSETIFF
TUN, NO_HEADER = 0x0001, 0x1000
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={bus}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>
"""
MANAGER = """[main]
plugins=keyfile
dns=none
rc-manager=unmanaged
auth-polkit=false
no-auto-default=*
[keyfile]
path={folder}/connections
"""
OFFERED = f"[VPN Connection]\nname=openvpn\nservice={PLUGIN}\nprogram=/bin/false\n"


class Room:
    """The network, its bus and what runs on it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bus = folder / "bus"
        address = f"unix:path={self._bus}"
        self.programs = Programs({**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": address})
        self.read = VpnProbe(INTERFACES, RESOLVER, Bus(address)).read

    def furnish(self) -> None:
        """Give the room a kernel's view of its own, files of its own and a bus."""
        for place in ("/run", "/var/lib/NetworkManager", "/usr/lib/NetworkManager/VPN"):
            self.programs.run("mount", "-t", "tmpfs", "none", place)
        self.programs.run("mount", "-t", "sysfs", "none", "/sys")
        Path("/run/NetworkManager").mkdir()
        Path("/usr/lib/NetworkManager/VPN/openvpn.name").write_text(OFFERED, encoding="utf-8")
        (self._folder / "connections").mkdir()
        config = self._folder / "bus.conf"
        config.write_text(BUS.format(bus=self._bus), encoding="utf-8")
        self.programs.start("dbus-daemon", f"--config-file={config}", "--nofork")
        eventually(self._bus.exists)
        self.programs.run("ip", "link", "set", "lo", "up")

    def manage(self) -> None:
        """Start NetworkManager, with a line out that nobody holds and a VPN that it knows."""
        config = self._folder / "NetworkManager.conf"
        config.write_text(MANAGER.format(folder=self._folder), encoding="utf-8")
        self.programs.start(
            "NetworkManager", "--debug", f"--config={config}", f"--config-dir={self._folder}/none"
        )
        self.programs.run("ip", "tuntap", "add", "dev", "vpn-tunnel", "mode", "tun")
        plugin = Path(__file__).with_name("vpn_plugin.py")
        ready = self.programs.start(
            sys.executable, str(plugin), PLUGIN, "vpn-tunnel", stdout=subprocess.PIPE
        )
        assert ready.stdout is not None
        assert ready.stdout.readline() == "owned\n"
        eventually(self._answers)
        self._nmcli(
            "con", "add", "type", "tun", "ifname", "out", "con-name", "line", "mode", "tun",
            "ip4", "192.0.2.9/24", "gw4", "192.0.2.254",
        )  # fmt: skip
        self._nmcli("con", "up", "line")
        self._nmcli(
            "con", "add", "type", "vpn", "con-name", "company", "ifname", "--",
            "vpn-type", "openvpn", "vpn.data", "remote=192.0.2.1",
        )  # fmt: skip

    def connect(self, *, up: bool) -> None:
        """Bring the VPN up or down."""
        self._nmcli("con", "up" if up else "down", "company")

    def _nmcli(self, *words: str) -> None:
        self.programs.run("nmcli", "--wait", "15", *words)

    def _answers(self) -> bool:
        try:
            self._nmcli("general")
        except subprocess.CalledProcessError:
            return False
        return True

    def tell(self, step: str) -> None:
        """Print what is read now."""
        seen = self.read(Moment(boot=1.0, wall=1.0), None)  # type: ignore[arg-type] # asks none
        links = " ".join(f"{link.kind}:{link.name}" for link in seen.links)
        print(f"{step}: {seen.unread or links or 'none'}", flush=True)


def tunnel(name: str) -> int:
    """Make a tunnel as a VPN's program does; it is gone when what this gives is closed."""
    held = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(held, SET_INTERFACE, struct.pack("16sH22x", name.encode(), TUN | NO_HEADER))
    return held


def main(folder: str) -> None:
    """Go through the steps."""
    room = Room(Path(folder))
    try:
        room.furnish()
        room.tell("quiet")
        held = tunnel("tun3")
        room.tell("made")
        room.programs.run("ip", "link", "set", "tun3", "up")
        room.tell("tunnel")
        os.close(held)
        room.tell("closed")
        room.manage()
        room.tell("managed")
        room.connect(up=True)
        room.tell("connected")
        room.connect(up=False)
        room.tell("disconnected")
    finally:
        room.programs.end_all()


if __name__ == "__main__":
    main(sys.argv[1])
