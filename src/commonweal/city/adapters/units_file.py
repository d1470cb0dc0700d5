"""Read units.csv: the offices and their tree."""

from pathlib import Path

from django.utils.translation import gettext as _

from commonweal.city import rules
from commonweal.city.adapters.drafts import UNITS, UnitDraft
from commonweal.city.adapters.files import (
    Findings,
    Row,
    did_you_mean,
    read_csv,
)
from commonweal.city.adapters.said import check_once, checked_words, date_of, in_languages


def read_units(
    folder: Path, findings: Findings, languages: tuple[str, ...], *, file: str = UNITS
) -> list[UnitDraft]:
    """Read the offices and their tree."""
    rows = read_csv(
        folder,
        file,
        findings,
        needed_columns=("code", "parent", *(f"name.{one}" for one in languages)),
        other_columns=(
            *in_languages("name"),
            *in_languages("duties"),
            "phone",
            "email",
            "opened_on",
            "closed_on",
        ),
    )
    drafts = [_unit(row, findings, languages, file) for row in rows]
    check_once(findings, file, [(draft.code, draft.line) for draft in drafts if draft.code])
    _check_tree(drafts, findings, file)
    return drafts


def _unit(row: Row, findings: Findings, languages: tuple[str, ...], file: str) -> UnitDraft:
    line, said = row.line, row.values
    dates = [date_of(said.get(key, ""), file, line, findings) for key in ("opened_on", "closed_on")]
    findings.tried(file, line, rules.check_dates, *dates)
    return UnitDraft(
        line=line,
        code=findings.tried(file, line, rules.check_code, said["code"]) or "",
        parent=said["parent"],
        names=checked_words(findings, file, line, "name", row.words("name"), languages),
        duties=checked_words(
            findings,
            file,
            line,
            "duties",
            row.words("duties"),
            languages,
            most=rules.LONGEST_TEXT,
            needed=False,
        ),
        phone=findings.tried(file, line, rules.check_phone, said.get("phone", "")) or "",
        email=findings.tried(file, line, rules.check_mail, said.get("email", "")) or "",
        opened_on=dates[0],
        closed_on=dates[1],
    )


def _check_tree(drafts: list[UnitDraft], findings: Findings, file: str) -> None:
    by_code = {draft.code: draft for draft in drafts if draft.code}
    for draft in drafts:
        if draft.parent and draft.parent not in by_code:
            findings.add(
                file,
                draft.line,
                _("There is no unit “{parent}” for “{code}” to stand below.").format(
                    parent=draft.parent[:40], code=draft.code
                ),
                did_you_mean(draft.parent, by_code),
            )
    known = {
        code: draft.parent if draft.parent in by_code else "" for code, draft in by_code.items()
    }
    reached = set(rules.in_order(known))
    for code, draft in by_code.items():
        if code not in reached:
            findings.add(
                file,
                draft.line,
                _("The unit “{code}” stands below itself: {ring}.").format(
                    code=code, ring=" → ".join(_ring(code, known))
                ),
                _("Give one of them another parent."),
            )
        elif known[code]:
            closed = by_code[known[code]].closed_on
            findings.tried(file, draft.line, rules.check_below, draft.closed_on, closed, ())


def _ring(code: str, parents: dict[str, str]) -> list[str]:
    walk = [code]
    while parents[walk[-1]] not in walk:
        walk.append(parents[walk[-1]])
    return [*walk, parents[walk[-1]]]
