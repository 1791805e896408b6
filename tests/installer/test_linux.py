"""The Linux packages: installed, upgraded and removed on a Debian 13 that is thrown away."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from installer.linux import packages
from installer.linux.parcel import MANUAL
from tests.installer.throwaway import Computer, computer

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")
OLD, NEW = "0.1.0", "0.1.1"
MOST = 45e6  # bytes of the package as it is published
CARD = "4556 7375 8689 9855"
KEPT = "/root/.local/share/AgentGuard"
"""The data folder of an installed agent: by the system's list of users, wherever HOME is."""

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.xdist_group("linux-packages"),
              pytest.mark.timeout(900)]  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One tree, and of it two versions for Debian and one RPM."""
    folder = tmp_path_factory.mktemp("packages")
    root, out = folder / "root", folder / "out"
    out.mkdir()
    packages.tree(root, str(UV), OLD)
    for release in (OLD, NEW):
        packages.deb(root, release, out, quick=True)
    packages.rpm(root, OLD, out, quick=True)
    shutil.move(root, folder / "tree")
    return out


@pytest.fixture(scope="module")
def machine(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Computer]:
    with computer(tmp_path_factory.mktemp("machine"), built) as made:
        yield made


@pytest.fixture(scope="module")
def installed(machine: Computer) -> Computer:
    machine.says(f"dpkg -i /tmp/given/agentguard_{OLD}_amd64.deb")
    return machine


def test_what_is_installed_runs_and_carries_every_check(installed: Computer) -> None:
    assert installed.says("agentguard --version") == f"agentguard {OLD}"
    told = json.loads(installed.says("agentguard catalogue --json"))
    assert told == json.loads((ROOT / "resources/catalogue.json").read_text(encoding="utf-8"))


def test_it_reads_files_in_its_child(installed: Computer) -> None:
    installed.says(f"echo 'card number {CARD}' > /tmp/home/letter.txt")
    found = installed.run("agentguard scan /tmp/home/letter.txt")
    assert (found.returncode, "card number" in found.stdout) == (1, True)
    assert CARD not in found.stdout


def test_the_tray_comes_up_and_is_ended_in_an_orderly_way(installed: Computer) -> None:
    told = installed.says(
        "Xvfb -displayfd 3 -nolisten tcp 3>/tmp/home/display 2>/dev/null & screen=$!; "
        "for i in $(seq 300); do test -s /tmp/home/display && break; sleep 0.2; done; "
        "DISPLAY=:$(cat /tmp/home/display) agentguard tray --quiet >/tmp/home/tray.log 2>&1 & "
        "tray=$!; "
        f"for i in $(seq 300); do test -e {KEPT}/local.json && break; "
        "sleep 0.2; done; agentguard quit --seconds 60; wait $tray; echo ended $?; kill $screen"
    )
    assert "ended 0" in told
    said = installed.says("cat /tmp/home/tray.log")
    assert "Traceback" not in said
    assert "no screen" not in said
    assert not installed.has("/tmp/home/.local/share"), "HOME moves nothing of a shipped program"


def test_nothing_is_written_into_the_program(installed: Computer) -> None:
    assert installed.says("dpkg --verify agentguard") == ""
    assert installed.says("find /usr/lib/agentguard -newer /tmp/given -type f") == ""


def test_systemd_starts_the_agent_for_every_user_and_the_keeper_for_the_computer(
    installed: Computer,
) -> None:
    for place in (
        "/etc/systemd/user/graphical-session.target.wants/agentguard.service",
        "/etc/systemd/system/multi-user.target.wants/agentguard-keeper.service",
    ):
        assert installed.has(place)
    assert "nologin" in installed.says("getent passwd agentguard-keeper")
    units = (
        "/usr/lib/systemd/system/agentguard-keeper.service /usr/lib/systemd/user/agentguard.service"
    )
    judged = installed.run(f"systemd-analyze verify {units}")
    assert judged.returncode == 0, judged.stderr
    assert "agentguard" not in judged.stderr


def test_the_keeper_runs_without_rights_and_writes_only_its_own_folder(
    installed: Computer,
) -> None:
    installed.says("install -d -o agentguard-keeper -m 755 /var/lib/agentguard")
    told = installed.run(
        "setpriv --reuid agentguard-keeper --regid agentguard-keeper --clear-groups "
        "timeout -s TERM 15 agentguard keeper run; echo $?"
    )
    assert "Traceback" not in told.stderr
    assert installed.says("stat -c %a /var/lib/agentguard/private") == "700"


AS_KEEPER = "setpriv --reuid agentguard-keeper --regid agentguard-keeper --clear-groups "
BY = "setpriv --reuid {0} --regid {0} --clear-groups "
CODE = "K7QM-4RTX-VANE-22"


def test_the_enrolment_code_is_read_and_removed_by_the_keeper_alone(installed: Computer) -> None:
    place = "/etc/agentguard/enrol"
    assert installed.says(f"stat -c '%U %G %a' {place}") == "root agentguard-keeper 770"
    installed.says(f"echo {CODE} > {place}/code; chmod 644 {place}/code")
    assert installed.run(f"{BY.format(54321)} cat {place}/code").returncode != 0
    assert installed.says(f"{AS_KEEPER} cat {place}/code") == CODE
    installed.says(f"{AS_KEEPER} rm {place}/code")
    assert f'enrolment_file = "{place}/code"' in installed.says("cat /etc/agentguard/settings.toml")


def test_a_code_for_one_desk_is_read_by_its_user_alone(installed: Computer) -> None:
    installed.says("install -d -o agentguard-keeper -m 755 /var/lib/agentguard")
    give = (
        "import sys; sys.path.insert(0, '/usr/lib/agentguard'); from pathlib import Path; "
        "from agentguard.platforms._linux.handed_codes import Handed; "
        f"Handed(Path('/var/lib/agentguard/codes')).give('54321', '{CODE}')"
    )
    installed.says(f'{AS_KEEPER} python3.13 -ISB -c "{give}"')
    read = "cat /var/lib/agentguard/codes/54321"
    assert installed.says(f"{BY.format(54321)} {read}") == CODE
    assert installed.run(f"{BY.format(54322)} {read}").returncode != 0
    assert installed.run(f"{BY.format(54321)} ls /var/lib/agentguard/codes").returncode != 0
    assert installed.run(f"{BY.format(54321)} rm -f {read.split()[1]}").returncode != 0


def test_who_is_not_enrolled_has_a_step_that_ends_where_there_is_nothing_to_do(
    installed: Computer,
) -> None:
    assert "No endpoint is set" in installed.says("agentguard enroll --by-keeper")
    unit = "/usr/lib/systemd/user/agentguard-enrol.service"
    judged = installed.run(f"systemd-analyze --user verify {unit}")
    assert "agentguard" not in judged.stderr, judged.stderr


def test_the_desktop_and_the_software_centre_take_its_files(installed: Computer) -> None:
    installed.says(f"appstreamcli validate --no-net /{packages.METAINFO}")
    installed.says("desktop-file-validate /usr/share/applications/agentguard.desktop")
    installed.says("desktop-file-validate /etc/xdg/autostart/agentguard.desktop")
    assert installed.has(f"/{packages.ICON}")
    assert ".SH OPTIONS" in installed.says(f"zcat /{MANUAL}/agentguard-scan.1.gz")


def test_the_computers_settings_count_and_a_managed_one_wins(installed: Computer) -> None:
    installed.says(
        "echo 'team = \"Sales\"' >> /etc/agentguard/settings.toml; "
        "echo 'endpoint = \"https://managed.invalid\"' > /etc/agentguard/managed.toml; "
        "echo AAAA-BBBB-CCCC-DDDD > /tmp/home/code"
    )
    told = installed.run("agentguard enroll --code-file /tmp/home/code")
    assert "managed.invalid" in told.stderr


def test_an_upgrade_keeps_settings_and_what_agents_hold(installed: Computer) -> None:
    journal = f"{KEPT}/journal.db"
    before = installed.says(f"stat -c %i {journal}")
    installed.says(f"dpkg --force-confdef -i /tmp/given/agentguard_{NEW}_amd64.deb")
    assert installed.says("dpkg-query -W -f '${Version}' agentguard") == NEW
    assert "Sales" in installed.says("cat /etc/agentguard/settings.toml")
    assert installed.says(f"stat -c %i {journal}") == before
    assert installed.says("agentguard check --json | head -c 1") in {"[", "{"}


def test_a_removal_leaves_settings_and_a_purge_leaves_nothing(installed: Computer) -> None:
    installed.says("dpkg -r agentguard")
    told = installed.says("cat /var/lib/agentguard/install.log")
    assert "endpoint" in told, "the keeper took leave, or tried to"
    assert not installed.has("/usr/bin/agentguard")
    assert not installed.has("/usr/lib/agentguard")
    assert installed.has("/etc/agentguard/settings.toml")
    assert not installed.has("/etc/systemd/user/graphical-session.target.wants/agentguard.service")
    installed.says("rm /etc/agentguard/managed.toml; dpkg -P agentguard")
    for place in (
        "/etc/agentguard",
        "/var/lib/agentguard",
        "/etc/xdg/autostart/agentguard.desktop",
    ):
        assert not installed.has(place)
    assert installed.has(f"{KEPT}/journal.db"), "a user's own"


def test_the_rpm_holds_the_same_program(machine: Computer, built: Path) -> None:
    name = f"/tmp/given/agentguard-{OLD}-1.x86_64.rpm"
    asked = machine.says(f"rpm -qpR {name}")
    assert "/usr/bin/python3.13" in asked
    machine.says(f"rpm --initdb; rpm -i --nodeps {name}")
    assert machine.says("agentguard --version") == f"agentguard {OLD}"
    assert machine.says("rpm -V --nodeps agentguard") == ""
    assert machine.has(f"/{MANUAL}/agentguard-scan.1.gz")
    machine.says("rpm -e agentguard")
    assert not machine.has("/usr/bin/agentguard")
    assert not machine.has("/usr/lib/agentguard")


def test_two_builds_of_one_tree_are_one_package(built: Path, tmp_path: Path) -> None:
    again = packages.deb(built.parent / "tree", OLD, tmp_path, quick=True)
    assert again.read_bytes() == (built / again.name).read_bytes()


def test_a_program_that_fails_is_told_with_its_words(tmp_path: Path) -> None:
    with pytest.raises(packages.BuildError, match="dpkg-deb ended with"):
        packages.deb(tmp_path, "no version", tmp_path)


def test_the_package_is_no_larger_than_it_may_be(built: Path) -> None:
    root = built.parent / "tree"
    size = sum(f.stat().st_size for f in root.rglob("*") if f.is_file() and not f.is_symlink())
    assert size < 4 * MOST


def test_dev_builds_it() -> None:
    told = subprocess.run(
        (sys.executable, "-m", "installer.linux.packages", "--help"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--deb" in told.stdout
