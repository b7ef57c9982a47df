"""The sandbox, once for all tests of a process."""

import pytest

from tests.gateway.processor import Processor


@pytest.fixture(scope="session")
def processor(tmp_path_factory):
    with Processor(tmp_path_factory.mktemp("processor")) as one:
        yield one
