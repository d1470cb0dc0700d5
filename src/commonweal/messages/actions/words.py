"""The city's words: filled in, shown beforehand, changed by administrators."""

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from django.db import IntegrityError, transaction

from commonweal.city.queries import profile
from commonweal.kernel.errors import ChangedSinceYouLooked
from commonweal.kernel.types import Actor, words_in
from commonweal.ledger.actions import append
from commonweal.ledger.types import Entry, subject_of
from commonweal.messages import queries, rules
from commonweal.messages.models import Template
from commonweal.messages.types import Preview, TemplateCard


def city_facts(language: str) -> dict[str, str]:
    """Give the facts that every message may use."""
    city = profile()
    return {
        "city": words_in(city.name, language),
        "phone": city.phone,
        "hours": "; ".join(words_in(city.hours, language).splitlines()),
    }


def filled(words: TemplateCard, facts: Mapping[str, str]) -> tuple[str, str]:
    """Put facts into words: a subject of one line, and a text."""
    in_text = {name: rules.plain_text(value) for name, value in facts.items()}
    title = rules.one_line(rules.filled(words.subject, in_text))[: rules.LONGEST_LINE]
    body = rules.without_empty_lines(words.body, in_text)
    return title, rules.plain_text(rules.filled(body, in_text))


def ending(language: str, stop_link: str) -> str:
    """Give what stands under every message: the city, its phone, how to stop."""
    facts = city_facts(language) | {"stop": stop_link}
    codes = ["messages.signature"] + (["messages.stop"] if stop_link else [])
    parts = (filled(queries.template(code, language), facts)[1] for code in codes)
    return "".join(f"\n\n{part}" for part in parts) + "\n"


@transaction.atomic
def save_template(
    *,
    code: str,
    language: str,
    subject: str,
    body: str,
    seen: int,
    reason: str,
    by: Actor,
    at: datetime,
) -> TemplateCard:
    """Put the city's own words in place of those in force."""
    rules.check_may_edit(by)
    kind = queries.shipped(code)
    name = queries.language_of(kind, language)
    rules.check_template(subject, body, kind.facts, kind.words[name][1])
    reason = rules.checked_reason(reason)
    title, text = rules.one_line(subject), rules.plain_text(body).strip("\n")
    return _keep(code, name, title, text, seen=seen, reason=reason, at=at)


@transaction.atomic
def reset_template(
    *, code: str, language: str, seen: int, reason: str, by: Actor, at: datetime
) -> TemplateCard:
    """Take the city's own words away: the shipped ones hold again, also when they get better."""
    rules.check_may_edit(by)
    name = queries.language_of(queries.shipped(code), language)
    reason = rules.checked_reason(reason)
    return _keep(code, name, "", "", seen=seen, reason=reason, at=at)


def _keep(
    code: str, name: str, title: str, text: str, *, seen: int, reason: str, at: datetime
) -> TemplateCard:
    row = Template.objects.select_for_update(of=("self",)).filter(code=code, language=name).first()
    if seen != (row.version if row else 0):
        raise ChangedSinceYouLooked
    if row is None and not text:
        return queries.template(code, name)
    row = row or Template(id=uuid4(), code=code, language=name, version=0)
    entered = append(
        Entry(
            type="messages.template-changed" if text else "messages.template-reset",
            subject=subject_of("template", row.id),
            actor="administrator",
            facts={"code": code, "language": name, "version": row.version + 1},
            hidden={"reason": reason} | ({"subject": title, "body": text} if text else {}),
        ),
        at=at,
    )
    row.title, row.body, row.version = title, text, row.version + 1
    row.changed_at, row.entry_id = at, entered.id
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # two first changes at once: the other one stands
        raise ChangedSinceYouLooked from None
    return queries.template(code, name)


def preview(*, code: str, language: str, subject: str, body: str) -> Preview:
    """Show how words would read, with the names of the facts where facts will stand."""
    kind = queries.shipped(code)
    name = queries.language_of(kind, language)
    rules.check_template(subject, body, kind.facts, kind.words[name][1])
    facts = {fact: f"[{fact}]" for fact in kind.facts} | city_facts(name)
    words = TemplateCard(
        code=code,
        language=name,
        subject=subject,
        body=body,
        facts=kind.facts,
        is_essential=kind.is_essential,
        version=0,
    )
    title, text = filled(words, facts)
    return Preview(subject=title, text=text, html=rules.html_of(title, text, name))
