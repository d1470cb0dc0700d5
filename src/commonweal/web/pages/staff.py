"""The queue of a unit, a case as staff see it, and everything staff do with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from commonweal.cases import actions, queries
from commonweal.cases.types import MOST_IN_BULK, Act, CallOutcome, CaseCard, Deed
from commonweal.content import queries as attachments
from commonweal.content.types import AttachmentState, Reason
from commonweal.edge.access import staff_only
from commonweal.edge.refusals import sentence_of
from commonweal.edge.requests import actor_of, now_of
from commonweal.identity import actions as identity
from commonweal.identity import queries as people
from commonweal.kernel.errors import ChangedSinceYouLooked, Refusal
from commonweal.kernel.types import Actor, Page, Role
from commonweal.ledger.types import subject_of
from commonweal.messages import queries as mail
from commonweal.web import words
from commonweal.web.forms.calls import CallForm
from commonweal.web.forms.staff import (
    ActForm,
    AssignForm,
    CategoryForm,
    PlanForm,
    QueueForm,
    ReasonForm,
    RevealForm,
    TextForm,
    WordForm,
    as_typed,
)
from commonweal.web.pages import calls, filters, passing
from commonweal.web.rows import Names, marked

IN_QUEUE = 110  # characters of a report that the queue shows


@dataclass(frozen=True)
class Offer:
    """One thing staff can do with a case, as the page offers it."""

    slug: Deed
    label: Promise
    form: type[ActForm]
    hint: Promise | str = ""
    text_label: Promise | str = ""


DEEDS = (
    Offer(
        Deed.ACKNOWLEDGE,
        lazy("Say that it has been read"),
        ActForm,
    ),
    Offer(Deed.START, lazy("Take it into work"), ActForm),
    Offer(
        Deed.ANSWER,
        lazy("Answer"),
        TextForm,
        lazy("Everybody can read this. Say what was done, in plain words, without names."),
        lazy("Your answer"),
    ),
    Offer(
        Deed.ASK,
        lazy("Ask the reporter"),
        TextForm,
        lazy("Only the reporter reads this. The promised time stands still until the reply."),
        lazy("Your question"),
    ),
    Offer(
        Deed.SCHEDULE,
        lazy("Plan it for a day"),
        PlanForm,
        lazy("Everybody can read this."),
        lazy("What will be done"),
    ),
    Offer(
        Deed.HOLD,
        lazy("Put it on hold"),
        TextForm,
        lazy("Everybody can read this. The promised time runs on."),
        lazy("Why it has to wait"),
    ),
    Offer(
        Deed.REFER,
        lazy("It is not the city's task"),
        TextForm,
        lazy("Everybody can read this. Say who can help, with address or phone number."),
        lazy("Who can help"),
    ),
    Offer(
        Deed.DECLINE,
        lazy("It cannot be done"),
        TextForm,
        lazy("Everybody can read this. Say why, and who can help."),
        lazy("Why it cannot be done"),
    ),
    Offer(Deed.ASSIGN, lazy("Give it to another unit"), AssignForm),
    Offer(Deed.RECATEGORISE, lazy("Change the kind of report"), CategoryForm),
    Offer(
        Deed.NOTE,
        lazy("Write a note for colleagues"),
        TextForm,
        lazy("Never shown outside."),
        lazy("Note"),
    ),
    Offer(
        Deed.PUBLISH,
        lazy("Publish the report's words"),
        TextForm,
        lazy("Everybody can read this. Take out names, numbers and whatever points to a person."),
        lazy("What will be public"),
    ),
    Offer(Deed.WITHHOLD, lazy("Keep the report's words private"), ReasonForm),
    Offer(Deed.TAKE_DOWN, lazy("Take the published words down"), ReasonForm),
    Offer(Deed.TAKE_DOWN_WORD, lazy("Take words of the city down"), WordForm),
)
BY_SLUG = {deed.slug.value: deed for deed in DEEDS}


@require_GET
@staff_only()
def queue(request: HttpRequest) -> HttpResponse:
    """List the cases of one's units, the most urgent promise first."""
    by, at = actor_of(request), now_of(request)
    kept = filters.kept(request)
    form = QueueForm(as_typed(kept.choice) if kept else request.GET or None, by=by)
    wanted = queries.chosen(kept.choice, by=by) if kept else form.wanted()
    is_partial = bool(request.headers.get("HX-Request"))
    if kept and kept.gone:
        page: Page[CaseCard] = Page(items=(), total=0, number=1, size=1)
    else:
        page = queries.listing(wanted, at=at, number=_number(request.GET.get("page")))
    names = Names.read()
    about = {
        "form": form,
        "page": page,
        "rows": [_row(card, names, wanted.text) for card in page.items],
        "is_filtered": bool(request.GET),
        "acts": [(deed.value, BY_SLUG[deed.value].label) for deed in queries.bulk_deeds(by)],
        "chosen": as_typed(kept.choice if kept else form.choice()),
        "most": MOST_IN_BULK,
    }
    if is_partial:
        return render(request, "staff/_queue.html", about)
    about |= {
        "counts": queries.counts(QueueForm(None, by=by).wanted(), at=at),
        "kept": kept,
        "gone": filters.gone_words(kept) if kept else "",
        "filters": filters.listed(request, kept),
        "keep": filters.keep_address(form) if request.GET and not kept else "",
    }
    return render(request, "staff/queue.html", about)


def _number(raw: str | None) -> int:
    return int(raw) if raw and raw.isascii() and raw.isdigit() and len(raw) < 7 else 1  # noqa: PLR2004


def _row(card: CaseCard, names: Names | None = None, query: str = "") -> dict[str, Any]:
    names = names or Names.read()
    category = names.kinds.get(card.category_id, "")
    district = names.districts.get(card.district_id, "") if card.district_id else ""
    text = card.text or card.place.words
    return {
        "card": card,
        "url": reverse("staff-case", args=[card.number]),
        "category": category,
        "district": district,
        "unit": names.units.get(card.unit_id, ""),
        "text": text,
        "marked_category": marked(category, query),
        "marked_text": marked(text, query, IN_QUEUE),
        "marked_place": marked(district or card.place.words, query),
        "state": words.state_label(card.state),
        "is_open": queries.is_open(card.state),
    }


@require_GET
@staff_only()
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Show a case with its whole history and what one may do with it."""
    return _shown(request, _seen(request, number))


def _seen(request: HttpRequest, number: str) -> CaseCard:
    card = queries.by_number(number, at=now_of(request))
    queries.check_may(actor_of(request), Act.SEE, card.unit_id)
    return card


def _shown(
    request: HttpRequest,
    card: CaseCard,
    *,
    returned: tuple[Offer, forms.Form] | None = None,
    called: CallForm | None = None,
    refusal: str = "",
    seen: int | None = None,
    revealed: str = "",
    status: int = 200,
) -> HttpResponse:
    by = actor_of(request)
    subject = subject_of("case", card.id)
    entries = queries.history(card.id)
    said = queries.words(card.id, with_notes=True)
    contact_id = queries.contact_of(card.id)
    contact = people.contact(contact_id) if contact_id else None
    category = queries.category(card.category_id)
    about = {
        "card": card,
        "row": _row(card),
        "category": category,
        "answers": _answers(card),
        "mandate": words.mandate_label(card.mandate) if card.mandate else "",
        "history": words.history(entries, said, to_staff=True),
        "routings": [
            {"at": at, "unit": words.unit_name(d.unit_id), "because": words.because(d.because)}
            for at, d in queries.routings(card.id)
        ],
        "deeds": _offered(card, by, returned),
        "photos": attachments.attachments(subject, public_only=False),
        "may_review": queries.may(by, Act.PUBLISH, card.unit_id),
        "may_be_public": queries.may_be_public(card),
        "reasons": [(reason.value, words.reason_label(reason)) for reason in Reason],
        "contact": contact,
        "may_reveal": contact is not None and queries.may_reveal(by, subject, contact.id),
        "call": _call(card, by, now_of(request), called),
        "called": called,
        "reveal_form": RevealForm(),
        "revealed": revealed,
        "handler": people.name_of(card.assignee_id) if card.assignee_id else "",
        "outbox": mail.outbox(subject),
        "refusal": refusal,
        "changed": (
            [
                item
                for item, entry in zip(
                    words.history(entries, said, to_staff=True), entries, strict=True
                )
                if entry.seq > seen
            ]
            if seen is not None
            else []
        ),
        "returned": returned,
        **passing.for_staff(card, by),
    }
    return render(request, "staff/case.html", about, status=status)


def _call(
    card: CaseCard, by: Actor, at: datetime, form: CallForm | None = None
) -> dict[str, Any] | None:
    """Give the call that the reporter waits for, to whoever may make it."""
    waits = queries.call_of(card.id, at=at) if queries.may(by, Act.CALL, card.unit_id) else None
    return {**calls.shown(waits, form), "is_later": waits.next_at > at} if waits else None


def _answers(card: CaseCard) -> list[tuple[str, str]]:
    category = queries.category(card.category_id)
    told = []
    for question in category.questions:
        if (raw := card.answers.get(question.code)) is not None:
            options = {code: words.say(w) for code, w in question.options}
            options |= {"yes": _("Yes"), "no": _("No")}
            given = raw if isinstance(raw, list) else [raw]
            told.append(
                (words.say(question.words), words.listed(options.get(g, str(g)) for g in given))
            )
    return told


def _offered(
    card: CaseCard, by: Actor, returned: tuple[Offer, forms.Form] | None
) -> list[dict[str, Any]]:
    offered, possible = [], queries.deeds(card, by=by)
    for deed in DEEDS:
        if deed.slug not in possible:
            continue
        is_back = returned is not None and returned[0].slug == deed.slug
        form = returned[1] if is_back and returned else _form(deed, card)
        offered.append({"deed": deed, "form": form, "open": is_back})
    return offered


def _form(deed: Offer, card: CaseCard, data: Any = None, *, seen: int | None = None) -> ActForm:
    initial: dict[str, Any] = {"seen": seen or card.version, "unit": str(card.unit_id)}
    initial["category"] = str(card.category_id)
    if deed.slug == "publish":
        initial["text"] = card.public_text or card.text
    prefix = deed.slug
    if issubclass(deed.form, WordForm):
        said = queries.words(card.id, only_public=True)
        return deed.form(data, prefix=prefix, initial=initial, said=said)
    if issubclass(deed.form, TextForm):
        return deed.form(
            data, prefix=prefix, initial=initial, label=deed.text_label, hint=deed.hint
        )
    return deed.form(data, prefix=prefix, initial=initial)


@require_POST
@staff_only()
def act(request: HttpRequest, number: str, slug: str) -> HttpResponse:
    """Do one thing with a case; a refusal brings the page back with everything typed."""
    card = _seen(request, number)
    deed = BY_SLUG.get(slug)
    if deed is None:
        return redirect("staff-case", number=card.number)
    form = _form(deed, card, request.POST)
    if not form.is_valid():
        return _shown(request, card, returned=(deed, form), status=422)
    try:
        queries.check_fits(deed.slug, card, seen=form.cleaned_data["seen"])
        _do(deed, card, form.cleaned_data, actor_of(request), request)
    except ChangedSinceYouLooked as refusal:
        seen = form.cleaned_data["seen"]
        fresh = queries.card(card.id, at=now_of(request))
        data = request.POST.copy()
        data[f"{deed.slug}-seen"] = str(fresh.version)
        again = _form(deed, fresh, data)
        return _shown(
            request,
            fresh,
            returned=(deed, again),
            refusal=sentence_of(refusal),
            seen=seen,
            status=409,
        )
    except Refusal as refusal:
        form.add_error(None, sentence_of(refusal))
        return _shown(request, card, returned=(deed, form), status=422)
    messages.success(request, _("Done: %(what)s.") % {"what": deed.label})
    if deed.slug is Deed.ASSIGN:  # it may be another unit's now, and not ours to see
        return redirect("staff")
    return redirect("staff-case", number=card.number)


def _do(deed: Offer, card: CaseCard, said: dict[str, Any], by: Actor, request: HttpRequest) -> None:
    at = now_of(request)
    common: dict[str, Any] = {"case_id": card.id, "by": by, "at": at}
    seen = {**common, "seen": said["seen"]}
    simple: dict[str, Callable[..., Any]] = {
        "acknowledge": actions.acknowledge,
        "start": actions.start,
    }
    spoken: dict[str, Callable[..., Any]] = {
        "answer": actions.answer,
        "ask": actions.ask,
        "hold": actions.hold,
        "refer": actions.refer,
        "decline": actions.decline,
        "publish": actions.publish,
    }
    reasoned: dict[str, Callable[..., Any]] = {
        "withhold": actions.withhold,
        "take-down": actions.take_down,
    }
    if deed.slug in simple:
        simple[deed.slug](**seen)
    elif deed.slug in spoken:
        spoken[deed.slug](text=said["text"], **seen)
    elif deed.slug in reasoned:
        reasoned[deed.slug](reason=said["reason"], **seen)
    elif deed.slug == "take-down-word":
        about = {name: seen[name] for name in ("seen", "by", "at")}
        actions.take_down_word(word_id=UUID(said["word"]), reason=said["reason"], **about)
    elif deed.slug == "schedule":
        actions.schedule(on=said["on"], text=said["text"], **seen)
    elif deed.slug == "assign":
        unit_id = UUID(said["unit"])
        actions.assign(unit_id=unit_id, assignee_id=None, reason=said["reason"], **seen)
    elif deed.slug == "recategorise":
        category_id = UUID(said["category"])
        actions.recategorise(category_id=category_id, reason=said["reason"], **seen)
    elif deed.slug == "note":
        actions.note(text=said["text"], **seen)


@require_POST
@staff_only()
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """Show once how to reach the reporter: with a reason, entered, seen by the reporter."""
    card = _seen(request, number)
    form = RevealForm(request.POST)
    contact_id = queries.contact_of(card.id)
    if contact_id is None or not form.is_valid():
        return _shown(request, card, refusal=_("Please say why you need it."), status=422)
    value = identity.reveal(
        contact_id=contact_id,
        reason=form.cleaned_data["reason"],
        subject=subject_of("case", card.id),
        by=actor_of(request),
        at=now_of(request),
    )
    return _shown(request, queries.card(card.id, at=now_of(request)), revealed=value)


@require_POST
@staff_only(*calls.CALLERS)
def call(request: HttpRequest, number: str) -> HttpResponse:
    """Write down what came of a call; what is missing is said beside its field."""
    form = CallForm(request.POST)
    if not form.is_valid():
        return _shown(request, _seen(request, number), called=form, status=422)
    said = form.cleaned_data
    actions.call(
        case_id=queries.id_of_number(number),
        outcome=CallOutcome(said["outcome"]),
        again_in=timedelta(hours=int(said["again"])),
        seen=said["seen"],
        by=actor_of(request),
        at=now_of(request),
    )
    messages.success(request, _("Written down what came of the call."))
    return redirect("staff-calls")


@require_POST
@staff_only(Role.OFFICER, Role.LEAD, Role.DISPATCHER)
def photo(request: HttpRequest, number: str, attachment_id: UUID, what: str) -> HttpResponse:
    """Publish, withhold or take down a photo of a case."""
    card, by, at = _seen(request, number), actor_of(request), now_of(request)
    queries.check_may(by, Act.PUBLISH, card.unit_id)
    found = attachments.attachment(attachment_id)
    if found.subject != subject_of("case", card.id):
        return redirect("staff-case", number=card.number)
    raw = request.POST.get("seen", "")
    seen = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 9 else 0  # noqa: PLR2004
    which: dict[str, Any] = {"case_id": card.id, "attachment_id": found.id, "by": by, "at": at}
    if what == "publish":
        actions.publish_photo(seen=seen, **which)
    elif what == "withhold":
        actions.withhold_photo(seen=seen, **which)
    else:
        actions.take_down_photo(reason=request.POST.get("reason", Reason.OTHER), **which)
    messages.success(request, _("Done."))
    return redirect("staff-case", number=card.number)


@require_http_methods(["GET"])
@staff_only(Role.OFFICER, Role.LEAD, Role.DISPATCHER)
def review(request: HttpRequest) -> HttpResponse:
    """List the reports whose words nobody has reviewed yet, oldest first."""
    by, at = actor_of(request), now_of(request)
    form = QueueForm({"show": "unreviewed", "sort": "oldest"}, by=by)
    page = queries.listing(form.wanted(), at=at, number=_number(request.GET.get("page")))
    rows, names = [], Names.read()
    for card in page.items:
        photos = attachments.attachments(subject_of("case", card.id), public_only=False)
        waiting = [p for p in photos if p.state is AttachmentState.READY and not p.is_public]
        rows.append({**_row(card, names), "photos": waiting})
    return render(request, "staff/review.html", {"page": page, "rows": rows})


urlpatterns = [
    path("staff/", queue, name="staff"),
    path("staff/review/", review, name="staff-review"),
    path("staff/calls/<str:number>/", call, name="staff-call"),
    path("staff/cases/<str:number>/", case, name="staff-case"),
    path("staff/cases/<str:number>/reveal/", reveal, name="staff-reveal"),
    path("staff/cases/<str:number>/<slug:slug>/", act, name="staff-act"),
    path(
        "staff/cases/<str:number>/photos/<uuid:attachment_id>/<slug:what>/",
        photo,
        name="staff-photo",
    ),
]
