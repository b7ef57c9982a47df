"""Settings that all tests share."""

import os

from hypothesis import settings

# Here properties look at new examples each time. Where CI is set, hypothesis brings a profile
# that looks at the same ones, so that a change is never refused for what it did not touch.
settings.register_profile("local", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")
