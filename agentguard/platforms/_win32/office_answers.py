"""What Office says of the way its updates take, and which programs that concerns.

Sources: Microsoft, "Change the Microsoft 365 Apps update channel" and "Overview of update
channels": a channel is the last part of an address, a GUID.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agentguard.model.facts import Software
from agentguard.platforms._architectures import architecture
from agentguard.platforms._shown_words import shown

Entry = Mapping[str, object]

SOURCE = "click-to-run"

CHANNELS = {
    "492350f6-3a01-4f97-b9c0-c7c6ddf67d60": "current",
    "64256afe-f5d9-4f86-8936-8840a6a4f5be": "current-preview",
    "55336b82-a18d-4dd6-b5f6-9e5095c314a6": "monthly-enterprise",
    "7ffbc6bf-bc32-4f92-8982-f9dd17fd3114": "semi-annual-enterprise",
    "b8f9b850-328d-4355-9145-c59439a0c4cf": "semi-annual-enterprise-preview",
    "5440fd1f-7ecb-4221-8110-145efaa6372f": "beta",
    "f2e724c1-748f-4b47-8fb8-8e0d210e9208": "perpetual-2019",
    "5030841d-c919-4594-8d2d-84ae4f96e58e": "perpetual-2021",
    "7983bac0-e531-40cf-be00-fd24fe66619c": "perpetual-2024",
}
_NAMES = {
    "o365proplusretail": "Microsoft 365 Apps for enterprise",
    "o365businessretail": "Microsoft 365 Apps for business",
    "o365homepremretail": "Microsoft 365",
}
_MOST = 40


def channel(configuration: Entry) -> str:
    """Return Office's update channel; `other` for one that is not known, empty where none is told.

    What is followed now counts before what it was installed from.
    """
    for name in ("UpdateChannel", "CDNBaseUrl"):
        address = shown(configuration.get(name))
        if address:
            return CHANNELS.get(address.rstrip("/").rpartition("/")[2].casefold(), "other")
    return ""


def products(configuration: Entry) -> tuple[str, ...]:
    """Return the ids of what is installed, such as O365ProPlusRetail."""
    told = shown(configuration.get("ProductReleaseIds"), 2000)
    return tuple(one.strip() for one in told.split(",") if one.strip())[:_MOST]


def enriched(item: Software, key: str, configuration: Entry) -> Software:
    """Return an entry of the list of programs with what Office tells of it.

    Its key is `O365ProPlusRetail - en-us`, one for each language.
    """
    mine = key.partition(" - ")[0]
    if not key or mine.casefold() not in {one.casefold() for one in products(configuration)}:
        return item
    told = shown(configuration.get("VersionToReport"), 40)
    return replace(
        item,
        version=told or item.version,
        arch=architecture(shown(configuration.get("Platform"))) or item.arch,
        channel=channel(configuration),
        ident=item.ident or mine,
    )


def unlisted(configuration: Entry, keys: frozenset[str]) -> tuple[Software, ...]:
    """Return what Office has installed without an entry in the list of programs."""
    there = {key.partition(" - ")[0].casefold() for key in keys}
    return tuple(
        Software(
            name=_NAMES.get(one.casefold(), one),
            version=shown(configuration.get("VersionToReport"), 40),
            vendor="Microsoft Corporation",
            source=SOURCE,
            arch=architecture(shown(configuration.get("Platform"))),
            scope="machine",
            channel=channel(configuration),
            ident=one,
        )
        for one in products(configuration)
        if one.casefold() not in there
    )
