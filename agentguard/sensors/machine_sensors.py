"""The sensors that need no desktop, together."""

from __future__ import annotations

from dataclasses import dataclass

from agentguard.ports.sensor import Sensor
from agentguard.sensors.absent_sensor import AbsentSensor
from agentguard.sensors.file_changes import ChangesSensor
from agentguard.sensors.files import FilesSensor
from agentguard.sensors.host import HostSensor
from agentguard.sensors.retention import RetentionSensor
from agentguard.sensors.shift import ShiftSensor
from agentguard.sensors.training import Training


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSensors:
    """The sensors that need no desktop; one that could not be made is absent."""

    files: FilesSensor | AbsentSensor
    host: HostSensor | AbsentSensor
    retention: RetentionSensor | AbsentSensor
    training: Training
    changes: ChangesSensor | AbsentSensor
    shift: ShiftSensor | AbsentSensor

    @property
    def all(self) -> tuple[Sensor, ...]:
        """All of them."""
        return (self.files, self.host, self.retention, self.training, self.changes, self.shift)

    def look_again(self) -> None:
        """Have everything looked at now."""
        self.files.poke()
        self.host.poke()
        self.retention.poke()
        self.changes.poke()
