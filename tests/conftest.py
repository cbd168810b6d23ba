"""Random tests draw the same examples on every machine, so that a red run can be run again.

`HYPOTHESIS_PROFILE=search pytest` draws new ones: that is how to look for what nobody has thought of.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("same", derandomize=True)
settings.register_profile("search", derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
