"""compare.py WHAT FOLDER CIRCADIAN: one part of the comparison with the reference implementations, as Markdown."""

import importlib
import pathlib
import sys

what, folder, circadian = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
part, _, action = what.partition(".")
module = importlib.import_module(part)
if action == "make":
    module.make(folder)
else:
    sys.exit(min(module.check(folder, circadian), 1))
