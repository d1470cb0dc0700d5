"""The town of the stories, its server, and what a browser complains of."""

from tests.scenarios.conftest import address, here

__all__ = ["address", "here"]
