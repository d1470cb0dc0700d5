"""Give a letter to the post: the mail server, the outbox folder of the demo, or the console."""

import contextlib
import logging
import smtplib
from email.utils import formatdate

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from commonweal.messages.types import Letter

logger = logging.getLogger(__name__)


class Undeliverable(Exception):
    """The server says that this address will never take this letter."""


class NotNow(Exception):
    """The post does not work now; the same letter may be tried again."""


def hand_over(letter: Letter) -> None:
    """Give one letter to the post; return only when the post has taken it."""
    connection = get_connection()
    message = _message(letter, connection)
    try:
        connection.open()
        if not connection.send_messages([message]):
            raise NotNow("the mail server took nothing")
    except smtplib.SMTPRecipientsRefused as refused:
        raise _verdict(*next(iter(refused.recipients.values()))) from None
    except smtplib.SMTPDataError as refused:
        raise _verdict(refused.smtp_code, refused.smtp_error) from None
    except smtplib.SMTPResponseException as answer:
        raise NotNow(f"the mail server answered {answer.smtp_code}") from None
    except (smtplib.SMTPException, OSError) as trouble:
        raise NotNow(f"the mail server cannot be used: {type(trouble).__name__}") from None
    finally:
        # The post has the letter, or has said no: a failing goodbye changes nothing.
        with contextlib.suppress(smtplib.SMTPException, OSError):
            connection.close()


def _verdict(status: int, _words: bytes | str) -> Exception:
    # The server's words are left out: they repeat the address.
    if 500 <= status < 600:  # noqa: PLR2004  (RFC 5321: 5yz is for ever)
        return Undeliverable(f"the mail server refused it: {status}")
    return NotNow(f"the mail server answered {status}")


def _message(letter: Letter, connection: BaseEmailBackend) -> EmailMultiAlternatives:
    headers = {
        "Message-ID": letter.message_id,
        "Date": formatdate(letter.at.timestamp()),
        "Auto-Submitted": "auto-generated",
        "Content-Language": letter.language,
    }
    if letter.stop_link:
        headers["List-Unsubscribe"] = f"<{letter.stop_link}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(
        letter.subject, letter.text, letter.sender, [letter.to], headers=headers
    )
    message.connection = connection
    message.attach_alternative(letter.html, "text/html")
    return message
