"""What is set for a desk: shown with where it comes from, only to be read."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget

from agentguard.base import settings
from agentguard.base.settings import Layers, MachineSettings
from agentguard.ui.pages.about import AboutPage
from agentguard.ui.views import Page
from tools.gallery.settings_here import set_here


def opened(one, found=set_here) -> QWidget:
    one.bridge.set_here = found
    one.window.open(Page.ABOUT)
    return one.window


def test_each_setting_is_named_with_its_value_and_its_place(rig) -> None:
    one = rig()
    words = one.said(opened(one))
    for said in (
        "Address of the endpoint", "https://guard.example.org:8443",
        r"Managed by your organisation, in HKLM\Software\Policies\AgentGuard",
        r"Set when AgentGuard was installed, in HKLM\Software\AgentGuard",
        "From your own file", "North 2", "English",
    ):  # fmt: skip
        assert said in words


def test_a_screen_reader_hears_a_setting_as_one(rig) -> None:
    one = rig()
    names = [widget.accessibleName() for widget in opened(one).findChildren(QWidget)]
    wanted = "Start an agent in every session: On. Managed. Managed by your organisation"
    assert any(name.startswith(wanted) for name in names)


def test_nothing_of_it_can_be_changed_here(rig) -> None:
    one = rig()
    card = next(
        label.parentWidget()
        for label in opened(one).findChildren(QLabel)
        if label.text() == "Settings of this computer"
    )
    assert not card.findChildren(QLineEdit)
    assert not card.findChildren(QAbstractButton)
    editable = Qt.TextInteractionFlag.TextEditable
    assert not [one for one in card.findChildren(QLabel) if one.textInteractionFlags() & editable]


def test_what_an_administrator_changes_is_there_when_the_page_is_opened_again(
    rig, tmp_path: Path
) -> None:
    settings.save(tmp_path, MachineSettings(team="South", label="Mine"))
    layers = Layers(managed_in="the registry")
    one = rig()
    assert "South" in one.said(opened(one, lambda: settings.told(tmp_path, layers)))
    managed = Layers(managed={"team": "North", "endpoint": ""}, managed_in="the registry")
    words = one.said(opened(one, lambda: settings.told(tmp_path, managed)))
    assert "Set to nothing" in words
    assert ("North" in words, "South" in words, "Mine" in words) == (True, False, True)
    assert "Managed by your organisation, in the registry" in words


def test_a_computer_without_settings_says_so_and_what_is_wrong_in_a_file_is_no_setting(
    rig, tmp_path: Path
) -> None:
    """What is wrong in it is a finding of its own, with the file and the line."""
    one = rig()
    assert "Nothing is set" in one.said(opened(one, tuple))
    (tmp_path / settings.FILE).write_text('team = 3\nlabel = "PC-17"')
    words = one.said(opened(one, lambda: settings.told(tmp_path, Layers())))
    assert "PC-17" in words
    assert "Name on the console" in words
    assert "Team" not in words
    assert settings.at_start(tmp_path).faults


def test_a_change_of_colours_keeps_what_is_shown(rig) -> None:
    one = rig()
    window = opened(one)
    window.findChild(AboutPage).repaint_icons()
    one.said(window)
    assert one.said(window).count("Address of the endpoint") == 1
