"""A run-time hook: both programs read their modules from one archive, `_internal/agentguard.pyz`.

PyInstaller would put the same 5 MB into each. Its importer reads the archive that the program
carries (an empty one here); this gives it the shared one before the first module is wanted from it.
"""

import os
import sys
from types import ModuleType

import pyimod01_archive  # type: ignore[import-not-found] # PyInstaller's, in the program alone
import pyimod02_importers  # type: ignore[import-not-found]

archive = pyimod01_archive.ZlibArchiveReader(
    os.path.join(sys._MEIPASS, "agentguard.pyz"),  # type: ignore[attr-defined] # noqa: PTH118, SLF001
    check_pymagic=True,
)
pyimod02_importers.pyz_archive = archive
pyimod02_importers._pyz_tree = None  # noqa: SLF001 - read anew from the shared one
for finder in sys.path_importer_cache.values():
    if isinstance(finder, pyimod02_importers.PyiFrozenFinder):
        finder._pyz_archive = archive  # noqa: SLF001 - it was made with the empty one

# stdnum imports it to read docstrings of its modules, and none is aboard.
sys.modules["pydoc"] = ModuleType("pydoc")
