"""The commands of `agentguard`: one file, one constant COMMAND each."""

from agentguard.base.deferred import defer

# What argparse, dataclasses, psutil and others import for what few commands do: a fifth of a start.
defer(("base64", "bz2", "csv", "inspect", "ipaddress", "lzma", "pkgutil"))
defer(("msgspec.toml", "msgspec.yaml", "pickle", "platform", "platformdirs"))
defer(("subprocess", "textwrap", "tokenize", "typing_extensions"))
# What PySide imports to write out signatures and unpacks them with, and a temporary file that it
# has no more.
defer(("ast", "dis", "opcode", "tempfile", "zipfile"))
# What reads the words of a command, and is let go of by those that run for hours.
defer(("argparse", "gettext"))
# What an agent needs at its first file for the vault, and where Firefox is: two megabytes.
defer(("configparser", "msgspec.inspect", "pyrage"))
