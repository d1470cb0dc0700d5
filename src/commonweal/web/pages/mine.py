"""The reporter's own page: follow, answer, add, correct, take back, confirm or contest."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from commonweal.cases import actions, queries
from commonweal.cases.errors import WrongKey
from commonweal.cases.types import ANSWERS, CaseCard, Publication, Reporter, State, WordKind
from commonweal.content import actions as content
from commonweal.content import queries as photos_of
from commonweal.content.errors import NoRoomForAll
from commonweal.content.types import AttachmentState
from commonweal.edge import limits, once
from commonweal.edge.access import View, personal
from commonweal.edge.pictures import picture
from commonweal.edge.refusals import sentence_of
from commonweal.edge.requests import actor_of, now_of
from commonweal.kernel.errors import Kind, Refusal
from commonweal.ledger.types import subject_of
from commonweal.web import receipts, words
from commonweal.web.drafts import MOST_PHOTOS
from commonweal.web.forms import mine as forms
from commonweal.web.forms.report import refuse
from commonweal.web.pages import my_cases, passing
from commonweal.web.pages.photos import size_of
from commonweal.web.pages.report import answers_in_words, shown_photos


@dataclass(frozen=True, kw_only=True)
class Own:
    """A case opened by its reporter, and the address its pages begin with."""

    reporter: Reporter
    base: str
    key: str
    at: datetime

    def card(self) -> CaseCard:
        """Read the case."""
        return queries.card(self.reporter.case_id, at=self.at)


NEW_LINK = "new-link"  # under this name a session keeps the link it was given last
NEW_LINK_KEPT = timedelta(hours=1)


def by_key(view: View) -> View:
    """Open a page by the secret of the link; a wrong key and a revoked one are answered alike."""

    @personal
    def page(request: HttpRequest, key: str, **about: Any) -> HttpResponseBase:
        try:
            reporter = queries.reporter_by_key(key)
        except WrongKey:
            limits.take(request, limits.LOOK_UP)
            raise
        own = Own(reporter=reporter, base=reverse("mine", args=[key]), key=key, at=now_of(request))
        return view(request, own, **about)

    return page


def by_contacts(view: View) -> View:
    """Open a page because the reader has proven the mail address the report came with."""

    @personal
    def page(request: HttpRequest, number: str, **about: Any) -> HttpResponseBase:
        at = now_of(request)
        contacts = my_cases.proven(request, at)
        if not contacts:
            return redirect("my-cases")
        reporter = queries.reporter_by_contacts(number, contacts)
        own = Own(reporter=reporter, base=reverse("my-case", args=[reporter.number]), key="", at=at)
        return view(request, own, **about)

    return page


@require_safe
def follow(request: HttpRequest, own: Own) -> HttpResponseBase:
    """Say where the case stands, and what the reporter can do now."""
    return render(request, "mine/case.html", _about(own))


def _about(own: Own, **more: Any) -> dict[str, Any]:
    card = own.card()
    said = queries.words(card.id)
    category = queries.category(card.category_id)
    question = next((one for one in reversed(said) if one.kind is WordKind.QUESTION), None)
    answer = next((one for one in reversed(said) if one.kind in ANSWERS), None)
    photos = shown_photos(subject_of("case", card.id))
    is_open = card.closed_at is None
    return {
        "own": own,
        "card": card,
        "pledge": words.pledge(card),
        "kind": words.category_name(card.category_id),
        "unit": words.unit_name(card.unit_id),
        "unit_phone": words.unit_phone(card.unit_id),
        "place": _place_lines(card),
        "answers": answers_in_words(category, card.answers),
        "history": words.history(queries.history(card.id), said, to_reporter=True)[::-1],
        "question": question if card.state is State.WAITING else None,
        "answer": answer if not is_open or card.state is State.CONTESTED else None,
        "judgeable": card.state in {State.ANSWERED, State.NOT_OURS, State.CANNOT},
        "is_open": is_open,
        "photos": photos,
        "waits": any(one.state is AttachmentState.WAITING for one in photos),
        "published": card.publication is Publication.PUBLISHED,
        "reply": forms.ReplyForm(),
        "page": "",
        "elsewhere": passing.elsewhere(card.id),
        **more,
    }


def _place_lines(card: CaseCard) -> str:
    lines = [
        card.place.words,
        words.landmark_name(card.place.landmark_id),
        words.district_name(card.district_id),
    ]
    return "\n".join(dict.fromkeys(line for line in lines if line))


Act = Callable[[], object]


def _done(request: HttpRequest, own: Own, name: str, body: object, act: Act) -> None:
    """Do an act of the reporter once, however often the form arrives."""

    def acted() -> dict[str, str]:
        act()
        return {"case": own.reporter.case_id.hex}

    form = f"mine-{name}"
    once.send_once(request, form, body=[own.reporter.case_id, body], act=acted)


def _written(
    request: HttpRequest,
    own: Own,
    *,
    name: str,
    form: django_forms.Form,
    act: Callable[[str], object],
    thanks: str,
    template: str,
) -> HttpResponseBase:
    """Show a form with one text; send it; keep what was typed when it is refused."""
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        try:
            _done(request, own, name, text, lambda: act(text))
        except Refusal as refusal:
            if refusal.kind is not Kind.INVALID:
                raise
            refuse(form, "text", refusal)
        else:
            messages.success(request, thanks)
            return redirect(own.base)
    about = _about(own, form=form, page=name)
    return render(request, f"mine/{template}.html", about, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, own: Own) -> HttpResponseBase:
    """Answer the unit's question, or tell it something more."""
    return _written(
        request,
        own,
        name="reply",
        form=forms.ReplyForm(request.POST if request.method == "POST" else None),
        act=lambda text: actions.reply(reporter=own.reporter, text=text, at=own.at),
        thanks=_("Your reply has gone to the unit."),
        template="reply",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, own: Own) -> HttpResponseBase:
    """Give the report better words."""
    return _written(
        request,
        own,
        name="correct",
        form=forms.CorrectForm(
            request.POST if request.method == "POST" else None, initial={"text": own.card().text}
        ),
        act=lambda text: actions.correct(reporter=own.reporter, text=text, at=own.at),
        thanks=_("Your text is corrected."),
        template="correct",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, own: Own) -> HttpResponseBase:
    """Take the report back, after asking once more."""
    return _written(
        request,
        own,
        name="withdraw",
        form=forms.WithdrawForm(request.POST if request.method == "POST" else None),
        act=lambda text: actions.withdraw(reporter=own.reporter, text=text, at=own.at),
        thanks=_("You have taken your report back."),
        template="withdraw",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def contest(request: HttpRequest, own: Own) -> HttpResponseBase:
    """Say that the answer does not settle it, and why."""
    return _written(
        request,
        own,
        name="contest",
        form=forms.ContestForm(request.POST if request.method == "POST" else None),
        act=lambda text: actions.contest(reporter=own.reporter, text=text, at=own.at),
        thanks=_("The unit will look again. You have a new promise."),
        template="contest",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, own: Own) -> HttpResponseBase:
    """Say that the answer settles it, after asking once more."""
    if request.method == "POST":
        _done(
            request, own, "confirm", "", lambda: actions.confirm(reporter=own.reporter, at=own.at)
        )
        messages.success(request, _("Thank you. The city knows now that it is settled."))
        return redirect(own.base)
    return render(request, "mine/confirm.html", _about(own, page="confirm"))


@require_http_methods(["GET", "HEAD", "POST"])
def photo(request: HttpRequest, own: Own) -> HttpResponseBase:
    """Add photos to the case."""
    errors: list[str] = []
    if request.method == "POST":
        sent = request.FILES.getlist("photo")
        if not sent:
            errors = [_("Please choose a photo first.")]
        elif len(sent) > MOST_PHOTOS:
            errors = [_("Please send at most %(most)d photos at once.") % {"most": MOST_PHOTOS}]
        else:
            limits.take(request, limits.PHOTOS)
            errors = _add_photos(request, own, sent)
        if not errors:
            messages.success(request, _("Your photos have arrived."))
            return redirect(own.base)
    shown = [{"id": "photo", "text": error} for error in errors]
    about = _about(own, errors=shown, most=MOST_PHOTOS, page="photo")
    return render(request, "mine/photo.html", about, status=422 if errors else 200)


def _add_photos(request: HttpRequest, own: Own, sent: list[Any]) -> list[str]:
    """Add all of them or none; what cannot be a photo is said by its name."""
    subject = f"draft:{uuid4().hex}"
    body = [hashlib.sha256(b"".join(file.chunks())).hexdigest() for file in sent]

    def add() -> None:
        for file in sent:
            file.seek(0)
            try:
                content.receive(
                    data=file.file,
                    name=file.name or "photo",
                    subject=subject,
                    by=actor_of(request),
                    at=own.at,
                )
            except Refusal as refusal:
                raise _NotThisOne(file.name or _("photo"), refusal) from None
        actions.add_photos(reporter=own.reporter, attachments_of=subject, at=own.at)

    try:
        _done(request, own, "photo", body, add)
    except _NotThisOne as named:
        about = {"name": named.name[:60], "reason": sentence_of(named.refusal)}
        return [_("%(name)s: %(reason)s") % about]
    except NoRoomForAll as refusal:
        return [sentence_of(refusal)]
    return []


class _NotThisOne(Exception):
    def __init__(self, name: str, refusal: Refusal) -> None:
        self.name, self.refusal = name, refusal
        super().__init__(name)


@require_safe
def photo_file(request: HttpRequest, own: Own, photo_id: UUID, size: str) -> HttpResponseBase:
    """Show a photo of the own case, published or not."""
    card = photos_of.attachment(photo_id)
    if card.subject != subject_of("case", own.reporter.case_id):
        raise Http404
    return picture(request, card, size_of(size), public=False)


@require_safe
def replace_link(request: HttpRequest, own: Own) -> HttpResponseBase:
    """Ask once more before every link given so far is shut."""
    request.session.setdefault(NEW_LINK, None)  # a press that loses its answer finds it again here
    return render(request, "mine/replace.html", _about(own, page="replace-link"))


def _replaced(request: HttpRequest, was: str, opened: Callable[[], Reporter]) -> HttpResponseBase:
    """Shut every link and give a new one; a second press does not lock its own sender out."""
    at, made = now_of(request), list[str]()

    def act() -> dict[str, str]:
        reporter = opened()
        case_id = reporter.case_id
        limit = limits.REPLACE_LINK
        limits.spend(f"{limit.form}|{case_id.hex}", limit, at=at)
        made.append(actions.replace_keys(reporter=reporter, at=at))
        receipts.keep(request, case_id=case_id, key=made[0], key_of_form=was, at=at, name=NEW_LINK)
        request.session.save()  # now: a second press may be waiting for this one
        return {"case": case_id.hex}

    answer = once.send_once(request, "mine-replace-link", body=was, act=act)
    key = made[0] if made else _given_already(request, UUID(hex=answer["case"]), was, at)
    messages.success(
        request, _("This is your new link. Keep this page; older links no longer work.")
    )
    return redirect("receipt", key=key)


def _given_already(request: HttpRequest, case_id: UUID, was: str, at: datetime) -> str:
    """Give the link again to the session that was given it, while it opens; none is ever made."""
    kept = receipts.kept_meanwhile(request, at=at, within=NEW_LINK_KEPT, name=NEW_LINK)
    if kept is None or (kept["case"], kept["key_of_form"]) != (case_id, was):
        raise WrongKey
    queries.reporter_by_key(kept["key"])  # refuses a link that was replaced since
    return str(kept["key"])


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def replace_by_key(request: HttpRequest, key: str) -> HttpResponseBase:
    """Replace the link for somebody who came by one."""
    if request.method != "POST":
        return by_key(replace_link)(request, key)
    was = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    try:
        return _replaced(request, was, lambda: queries.reporter_by_key(key))
    except WrongKey:
        limits.take(request, limits.LOOK_UP)
        raise


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def replace_by_contacts(request: HttpRequest, number: str) -> HttpResponseBase:
    """Replace the link for somebody who has proven the mail address."""
    contacts = my_cases.proven(request, now_of(request))
    if request.method != "POST" or not contacts:
        return by_contacts(replace_link)(request, number)
    return _replaced(request, number, lambda: queries.reporter_by_contacts(number, contacts))


@require_safe
def receipt(request: HttpRequest, own: Own) -> HttpResponseBase:
    """Show the receipt to print."""
    about = receipts.shown(own.card(), key=own.key)
    return render(request, "report/sent.html", {**about, "is_new": False, "back": own.base})


PAGES: tuple[tuple[str, View, str, str], ...] = (
    ("", follow, "mine", "my-case"),
    ("reply/", reply, "mine-reply", "my-case-reply"),
    ("photo/", photo, "mine-photo", "my-case-photo"),
    ("photos/<uuid:photo_id>/<slug:size>/", photo_file, "mine-photo-file", "my-case-photo-file"),
    ("correct/", correct, "mine-correct", "my-case-correct"),
    ("withdraw/", withdraw, "mine-withdraw", "my-case-withdraw"),
    ("confirm/", confirm, "mine-confirm", "my-case-confirm"),
    ("contest/", contest, "mine-contest", "my-case-contest"),
    ("receipt/", receipt, "receipt", "my-case-receipt"),
)

urlpatterns: list[URLPattern] = [
    path("mine/<str:key>/replace-link/", replace_by_key, name="mine-replace-link"),
    path("my-cases/<str:number>/replace-link/", replace_by_contacts, name="my-case-replace-link"),
    *(path(f"mine/<str:key>/{end}", by_key(view), name=name) for end, view, name, _own in PAGES),
    *(
        path(f"my-cases/<str:number>/{end}", by_contacts(view), name=name)
        for end, view, _key, name in PAGES
    ),
]
