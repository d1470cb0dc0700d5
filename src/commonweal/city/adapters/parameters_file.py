"""Read parameters.yaml: values of policy with date, source and reason."""

from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from commonweal.city import rules
from commonweal.city.adapters.drafts import PARAMETERS, ParameterDraft
from commonweal.city.adapters.files import (
    Document,
    Findings,
    read_yaml,
)
from commonweal.city.adapters.said import check_once, date_of, length_of, mapping_of, text_of


def read_parameters(folder: Path, findings: Findings, zone: str | None) -> list[ParameterDraft]:
    document = read_yaml(folder, PARAMETERS, findings, needed=False)
    if document is None or mapping_of(document, findings, (), ("parameters",)) is None:
        return []
    drafts = []
    keys = ("name", "value", "valid_from", "source", "reason")
    for number in range(length_of(document, findings, "parameters")):
        said = mapping_of(document, findings, ("parameters", number), keys, needed=keys)
        if said is not None and (draft := _parameter(document, number, said, findings, zone)):
            drafts.append(draft)
    check_once(
        findings,
        PARAMETERS,
        [(f"{draft.name} {draft.valid_from.isoformat()}", draft.line) for draft in drafts],
    )
    return drafts


def _parameter(
    document: Document, number: int, said: dict[str, Any], findings: Findings, zone: str | None
) -> ParameterDraft | None:
    def line(key: str) -> int:
        return document.line("parameters", number, key)

    before = len(findings.problems)
    name = text_of(said["name"])
    parameter = findings.tried(PARAMETERS, line("name"), rules.parameter_named, name)
    value = said["value"]
    if parameter is not None:
        value = findings.tried(PARAMETERS, line("value"), rules.check_value, parameter, value)
    valid_from = _moment(text_of(said["valid_from"]), line("valid_from"), findings, zone or "UTC")
    source = findings.tried(PARAMETERS, line("source"), rules.check_source, text_of(said["source"]))
    reason = findings.tried(PARAMETERS, line("reason"), rules.check_reason, text_of(said["reason"]))
    if len(findings.problems) > before or valid_from is None:
        return None
    return ParameterDraft(
        document.line("parameters", number), name, value, valid_from, source or "", reason or ""
    )


def _moment(text: str, line: int, findings: Findings, zone: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        date_of(text or "-", PARAMETERS, line, findings)
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def written_moment(moment: datetime, zone: str) -> date | str:
    """Write a moment as people do: midnight in the city is just the day."""
    local = moment.astimezone(ZoneInfo(zone))
    return local.date() if local.time() == time(0) else local.isoformat()
