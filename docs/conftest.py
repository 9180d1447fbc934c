"""Which pages have examples that can be run here."""

import importlib.util
import shutil

# Its examples call numba and a C compiler.
has_compilers = importlib.util.find_spec("numba") is not None and shutil.which("cc") is not None
collect_ignore = [] if has_compilers else ["compiled.md"]
