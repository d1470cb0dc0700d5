"""The mail server of the tests."""

from tests.factories.mail_server import mail_server

__all__ = ["mail_server"]
