"""Log lines: JSON, one event a line, without addresses of pages and without persons."""

import logging
import logging.config
import sys
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from commonweal.kernel.errors import told

LONGEST_CHAIN = 5
KNOWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def configure(*, as_json: bool) -> None:
    """Send every logger through the same few steps."""
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        told_without_persons,
    ]
    last: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        "foreign_pre_chain": [take_extras, *before],
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"lines": formatter},
            "filters": {"no-address": {"()": NoAddress}},
            "handlers": {
                "out": {
                    "class": "logging.StreamHandler",
                    "formatter": "lines",
                    "filters": ["no-address"],
                }
            },
            "root": {"handlers": ["out"], "level": "INFO"},
            "loggers": {
                "django.server": {"level": "ERROR"},
                "granian.access": {"level": "ERROR"},
                "PIL": {"level": "WARNING"},
            },
        }
    )
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


class NoAddress(logging.Filter):
    """Django names the address of a failed request, and an address may hold somebody's key."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if request is not None:
            record.msg = "%s (status %s)" % (  # noqa: UP031  (percent as logging has it)
                record.getMessage().partition(":")[0],
                getattr(record, "status_code", "?"),
            )
            record.args = ()
            del record.__dict__["request"]
        return True


def take_extras(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Keep what a line of the standard logger carries beside its message."""
    record: logging.LogRecord = event["_record"]
    event["logger"] = record.name
    event.update({key: value for key, value in vars(record).items() if key not in KNOWN})
    if record.exc_info:
        event["exc_info"] = record.exc_info
    return event


def told_without_persons(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Tell an exception by its type and where it came from; its words only where they are ours."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    if isinstance(found, tuple):
        found = found[1]
    if isinstance(found, BaseException):
        event["error"] = _chain_of(found)
    return event


def _chain_of(error: BaseException) -> list[dict[str, Any]]:
    chain: list[dict[str, Any]] = []
    at: BaseException | None = error
    while at is not None and len(chain) < LONGEST_CHAIN:
        chain.append({"says": told(at), "where": _frames_of(at.__traceback__)})
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return chain


def _frames_of(trace: TracebackType | None) -> list[str]:
    frames = []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames[-12:]
