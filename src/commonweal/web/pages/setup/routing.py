"""The rules that send a report to a unit: their order, their conditions, and a place to try."""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from commonweal.cases import actions, queries
from commonweal.cases.errors import NoSuchRule
from commonweal.cases.types import RuleCard
from commonweal.city import queries as the_city
from commonweal.edge.refusals import sentence_of
from commonweal.edge.requests import now_of
from commonweal.kernel.errors import ChangedSinceYouLooked, Refusal
from commonweal.kernel.types import Actor, Channel
from commonweal.ledger.types import subject_of
from commonweal.web import words
from commonweal.web.forms.setup.cases import OrderForm, RuleForm, TryForm
from commonweal.web.pages.setup import told
from commonweal.web.pages.setup.desk import administrators_only, change, once, trail
from commonweal.web.words import say


@administrators_only
def rules(request: HttpRequest) -> HttpResponse:
    """List the rules in their order, move them, and try where a report would go."""
    cards = queries.rules_in_order()
    seen = shown_order(cards)
    form = OrderForm(initial={"seen": 0, "shown": seen})
    status, late = HTTPStatus.OK, ""
    if request.method == "POST":
        form = OrderForm(request.POST)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                once(request, "setup-rules", form, _mover(request, cards))
            except ChangedSinceYouLooked as refusal:
                status, late = HTTPStatus.CONFLICT, sentence_of(refusal)
                form = OrderForm(request.POST | {"shown": seen})
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("Moved."))
                return redirect("setup-rules")
    attempt = TryForm(request.GET if "category" in request.GET else None)
    title = _("Routing rules")
    about = {
        "title": title,
        "trail": trail(("", title)),
        "form": form,
        "late": late,
        "order": seen,
        "rows": [_row(card) for card in cards],
        "shadowed": [
            {"later": say(later.names), "earlier": say(earlier.names)}
            for later, earlier in queries.shadowed_rules()
        ],
        "fallback": _fallback(request),
        "try_form": attempt,
        "tried": _tried(request, attempt) if attempt.is_bound and attempt.is_valid() else None,
    }
    return render(request, "setup/rules.html", about, status=status)


def shown_order(cards: list[RuleCard]) -> str:
    """Write the order that a page shows, to notice when somebody else changed it."""
    return " ".join(f"{card.id.hex}:{card.version}" for card in cards)


def _mover(request: HttpRequest, cards: list[RuleCard]) -> Any:
    def act(form: OrderForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        if form.cleaned_data["shown"] != shown_order(cards):
            raise ChangedSinceYouLooked
        wanted, _sep, way = request.POST.get("move", "").partition(" ")
        ids = [card.id for card in cards]
        place = next((i for i, id_ in enumerate(ids) if id_.hex == wanted), None)
        if place is None or way not in {"up", "down"}:
            raise NoSuchRule
        other = place + (1 if way == "down" else -1)
        if 0 <= other < len(ids):
            ids[place], ids[other] = ids[other], ids[place]
            actions.order_rules(rule_ids=ids, reason=reason, by=by, at=at)
        return {}

    return act


def _fallback(request: HttpRequest) -> str:
    units = the_city.units(at=now_of(request))
    return say(units[0].names) if units else ""


def _row(card: RuleCard) -> dict[str, Any]:
    return {
        "id": card.id.hex,
        "url": reverse("setup-rule", args=[card.id]),
        "name": say(card.names),
        "unit": words.unit_name(card.unit_id),
        "is_active": card.is_active,
        "conditions": conditions(card),
    }


def conditions(card: RuleCard) -> list[str]:
    """Say when a rule holds, one line per condition."""
    names = {one.code: say(one.names) for one in queries.categories()}
    places = {one.code: say(one.names) for one in the_city.all_districts()}
    lines = []
    if card.categories:
        listed = words.listed(names.get(code, code) for code in card.categories)
        lines.append(_("Kind of report: %(names)s") % {"names": listed})
    if card.districts:
        listed = words.listed(places.get(code, code) for code in card.districts)
        lines.append(_("District: %(names)s") % {"names": listed})
    if card.channels:
        listed = words.listed(words.channel_label(channel) for channel in card.channels)
        lines.append(_("It comes: %(names)s") % {"names": listed})
    if card.words:
        lines.append(_("It says one of: %(names)s") % {"names": words.listed(card.words)})
    return lines or [_("Every report")]


def _tried(request: HttpRequest, attempt: TryForm) -> dict[str, Any]:
    said = attempt.cleaned_data
    category = queries.category_by_code(said["category"])
    district = next((d.id for d in the_city.districts() if d.code == said["district"]), None)
    if category is None:
        raise Http404
    try:
        decision = queries.decide(
            category,
            district_id=district,
            channel=Channel(said["channel"]),
            text=said["text"],
            at=now_of(request),
        )
    except Refusal as refusal:
        return {"refusal": sentence_of(refusal)}
    return {
        "unit": words.unit_name(decision.unit_id),
        "rule": say(queries.rule(decision.rule_id).names) if decision.rule_id else "",
        "because": words.because(decision.because),
    }


@administrators_only
def rule_new(request: HttpRequest) -> HttpResponse:
    """Add a rule; it is asked last until it is moved."""
    return _rule(request, None)


@administrators_only
def rule(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """Change a rule, or put it out of use."""
    return _rule(request, _found(rule_id))


def _found(rule_id: UUID) -> RuleCard:
    try:
        return queries.rule(rule_id)
    except NoSuchRule:
        raise Http404 from None


def _rule(request: HttpRequest, card: RuleCard | None) -> HttpResponse:
    def make(data: QueryDict | None) -> RuleForm:
        return RuleForm(data, card=_found(card.id) if card else None, at=now_of(request))

    def act(form: RuleForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        actions.save_rule(
            draft=form.draft(),
            rule_id=card.id if card else None,
            seen=form.cleaned_data["seen"] if card else None,
            reason=reason,
            by=by,
            at=at,
        )
        return {}

    subject = subject_of("routing-rule", card.id) if card else ""
    in_the_way = [
        say(earlier.names)
        for later, earlier in queries.shadowed_rules()
        if card and later.id == card.id
    ]
    warning = ""
    if in_the_way:
        warning = _("This rule never decides: “%(earlier)s” stands before it and takes it all.") % {
            "earlier": in_the_way[0]
        }
    return change(
        request,
        title=say(card.names) if card else _("New rule"),
        steps=[(reverse("setup-rules"), _("Routing rules"))],
        make=make,
        act=act,
        then=lambda _answer: reverse("setup-rules"),
        name="setup-rule",
        subject=subject,
        about={
            "intro": _("A report goes by this rule when everything that is chosen here holds."),
            "warning": warning,
            "past": told.past(subject) if card else [],
        },
    )


urlpatterns = [
    path("rules/", rules, name="setup-rules"),
    path("rules/new/", rule_new, name="setup-rule-new"),
    path("rules/<uuid:rule_id>/", rule, name="setup-rule"),
]
