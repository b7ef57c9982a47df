"""The settings that are measured: those that run, and one page more."""

from recert.settings import *  # noqa: F403  # all of them

ROOT_URLCONF = "bench.urls"
