"""Run `recert` as people do, as the tests of the command line do."""

from tests.cli.conftest import recert

__all__ = ["recert"]
