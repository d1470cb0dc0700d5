"""Follow a report or an area by mail: ask, confirm by the mailed link, look at the list, stop."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from commonweal.cases import queries as cases
from commonweal.edge import bots, limits
from commonweal.edge.access import personal, public
from commonweal.edge.requests import actor_of, now_of
from commonweal.identity import actions as identity
from commonweal.identity import queries as people
from commonweal.kernel.errors import Refusal
from commonweal.ledger.types import subject_of
from commonweal.messages import actions
from commonweal.messages import queries as following
from commonweal.messages.errors import FollowLinkUsedUp
from commonweal.messages.types import FollowKind, Rhythm, Target
from commonweal.web import words
from commonweal.web.forms.following import (
    FollowAreaForm,
    FollowCaseForm,
    QuietForm,
    RhythmForm,
)
from commonweal.web.forms.mine import MailForm
from commonweal.web.forms.report import refuse
from commonweal.web.pages import my_cases
from commonweal.web.pages.public import tiles

OPEN_FOR = timedelta(hours=1)
ONE_MAILBOX = limits.Limit(form="follow-mailbox", burst=3, per_hour=0.25)  # wherever from
_NAME = "following"


def proven(request: HttpRequest, at: datetime) -> tuple[UUID, ...]:
    """Give the contacts this reader has proven to own, by whichever link or by account."""
    contacts = [*_by_link(request, at)]
    if mail := _account_of(request):
        contacts += people.contacts_of_mail(mail)
    return tuple(dict.fromkeys([*contacts, *my_cases.proven(request, at)]))


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def follow_case(request: HttpRequest, number: str) -> HttpResponse:
    """Follow one report: every step that everybody can see, as it happens."""
    at = now_of(request)
    card = cases.public_card(number, at=at)
    target = Target(kind=FollowKind.CASE, subject=subject_of("case", card.id))
    form = FollowCaseForm(request.POST)
    about = {
        "card": card,
        "what": words.followed(target, at=at),
        "url": reverse("case", args=[card.number]),
    }
    if request.method != "POST":
        form = FollowCaseForm(initial=_own(request))
    elif form.is_valid() and (answer := _asked(request, form, target, Rhythm.AT_ONCE)):
        return answer
    return _form(request, "follow/case.html", form, about)


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def follow_area(request: HttpRequest) -> HttpResponse:
    """Follow a district, or a circle around a place or a point of the map."""
    if request.method == "POST":
        form = FollowAreaForm(request.POST)
        if form.is_valid() and (
            answer := _asked(request, form, form.target(), Rhythm(form.cleaned_data["rhythm"]))
        ):
            return answer
    else:
        asked = {
            name: request.GET[name][:60]
            for name in ("district", "category", "lat", "lng")
            if name in request.GET
        }
        form = FollowAreaForm(initial=_own(request) | asked)
    pinned = bool(form["lat"].value())
    return _form(request, "follow/area.html", form, {"tiles": tiles(request), "pinned": pinned})


def _form(
    request: HttpRequest, template: str, form: MailForm, about: Mapping[str, Any]
) -> HttpResponse:
    return render(request, template, {"form": form, **about}, status=422 if form.errors else 200)


def _own(request: HttpRequest) -> dict[str, str]:
    """Write the mail address of who has signed in into the form."""
    mail = _account_of(request)
    return {"mail": mail} if mail else {}


def _account_of(request: HttpRequest) -> str:
    account_id = request.user.pk
    card = people.person_of_account(account_id) if isinstance(account_id, UUID) else None
    return card.mail if card else ""


def _asked(
    request: HttpRequest, form: MailForm, target: Target, rhythm: Rhythm
) -> HttpResponse | None:
    """Keep the wish: an address proven just now follows at once, any other gets a link by mail."""
    if found := bots.problem(request, "follow"):
        refuse(form, None, found)
        return None
    limits.take(request, limits.MAIL_ME)
    at, mail = now_of(request), str(form.cleaned_data["mail"])
    is_account = mail.lower() == _account_of(request).lower()
    held = set(people.contacts_of_mail(mail)) & {*_by_link(request, at)}
    if not (is_account or held):
        limits.spend(f"{ONE_MAILBOX.form}|{mail.lower()}", ONE_MAILBOX, at=at)
    contact_id = identity.contact_to_follow(
        mail=mail,
        language=words.reader_language(),
        person_id=actor_of(request).id if is_account else None,
        at=at,
    )
    try:
        if is_account or contact_id in held:
            actions.follow(contact_id=contact_id, target=target, rhythm=rhythm, at=at)
            _open(request, contact_id, at)
            messages.success(
                request, _("You now follow: %(what)s.") % {"what": words.followed(target, at=at)}
            )
            return redirect("following")
        actions.ask_to_follow(
            contact_id=contact_id,
            language=words.reader_language(),
            target=target,
            rhythm=rhythm,
            what=words.followed(target, at=at),
            at=at,
        )
    except Refusal as refusal:
        refuse(form, None, refusal)
        return None
    return redirect("follow-sent")


def _by_link(request: HttpRequest, at: datetime) -> tuple[UUID, ...]:
    """Give the contacts proven by a link of this session; an account proves only its own."""
    raw = request.session.get(_NAME)
    if not isinstance(raw, Mapping) or datetime.fromisoformat(raw["until"]) <= at:
        return ()
    return (UUID(hex=raw["contact"]),)


def _open(request: HttpRequest, contact_id: UUID, at: datetime) -> None:
    request.session[_NAME] = {"contact": contact_id.hex, "until": (at + OPEN_FOR).isoformat()}


@public
@require_http_methods(["GET", "HEAD"])
def sent(request: HttpRequest) -> HttpResponse:
    """Say that nothing is sent before the link is opened."""
    return render(request, "follow/sent.html")


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Begin to follow; a press on a button does it, a mail program that looks does not."""
    at = now_of(request)
    try:
        card = following.to_confirm(token, at=at)
        if request.method == "POST":
            actions.confirm_follow(token=token, at=at)
    except FollowLinkUsedUp:
        limits.take(request, limits.OPEN_LINK)
        raise
    if request.method != "POST":
        return render(request, "follow/confirm.html", {"what": words.followed(card.target, at=at)})
    request.session.cycle_key()
    _open(request, card.contact_id, at)
    messages.success(
        request, _("You now follow: %(what)s.") % {"what": words.followed(card.target, at=at)}
    )
    return redirect("following")


@personal
@csrf_exempt  # mail programs send this by themselves (RFC 8058); the token is the right to do it
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask before stopping, because mail scanners open links; stop when told to."""
    at = now_of(request)
    named = [words.followed(card.target, at=at) for card in following.stopped_by(token)]
    is_done = request.method == "POST"
    if is_done:
        actions.stop_following(token=token)
    return render(request, "follow/stop.html", {"named": named, "is_done": is_done})


@personal
@require_http_methods(["GET", "HEAD"])
def listed(request: HttpRequest) -> HttpResponse:
    """List all that the reader follows, or say how to open the list."""
    return _listed(request, QuietForm())


def _listed(request: HttpRequest, quiet: QuietForm) -> HttpResponse:
    at = now_of(request)
    contacts = proven(request, at)
    if not contacts:
        return render(request, "follow/ask.html", {"form": MailForm()})
    cards = following.follows(contacts)
    rows = [
        {
            "id": card.id,
            "what": words.followed(card.target, at=at),
            "url": _address(card.target, at),
            "rhythm": card.rhythm,
            "said": words.rhythm_label(card.rhythm),
            "other": Rhythm.WEEKLY if card.rhythm is Rhythm.DAILY else Rhythm.DAILY,
            "is_area": card.rhythm is not Rhythm.AT_ONCE,
        }
        for card in cards
    ]
    if not quiet.is_bound and cards:
        known = following.preferences(cards[0].contact_id)
        quiet = QuietForm(
            initial={"quiet_from": known.quiet_from, "quiet_until": known.quiet_until}
        )
    return render(
        request,
        "follow/list.html",
        {"rows": rows, "form": quiet},
        status=422 if quiet.errors else 200,
    )


def _address(target: Target, at: datetime) -> str:
    """Give the page on which everybody sees what is followed."""
    if target.kind is FollowKind.CASE:
        try:
            card = cases.card(UUID(hex=target.subject.partition(":")[2]), at=at)
        except Refusal:
            return ""
        return reverse("case", args=[card.number])
    return ""


@personal
@require_POST
def change(request: HttpRequest, follow_id: UUID) -> HttpResponse:
    """End one of them, or hear of it more or less often."""
    at = now_of(request)
    contacts = proven(request, at)
    form = RhythmForm(request.POST)
    if "stop" in request.POST or not form.is_valid():
        actions.unfollow(follow_id=follow_id, contacts=contacts)
        messages.success(request, _("Stopped. You get no more mails about it."))
    else:
        actions.change_rhythm(
            follow_id=follow_id, contacts=contacts, rhythm=Rhythm(form.cleaned_data["rhythm"])
        )
        messages.success(request, _("Changed."))
    return redirect("following")


@personal
@require_POST
def quiet_hours(request: HttpRequest) -> HttpResponse:
    """Keep between which hours no mail is wanted."""
    form, at = QuietForm(request.POST), now_of(request)
    if not form.is_valid():
        return _listed(request, form)
    for contact_id in {card.contact_id for card in following.follows(proven(request, at))}:
        known = following.preferences(contact_id)
        actions.set_preference(
            contact_id=contact_id,
            frequency=known.frequency,
            language=known.language,
            quiet_from=form.cleaned_data["quiet_from"],
            quiet_until=form.cleaned_data["quiet_until"],
            at=at,
        )
    messages.success(request, _("Changed."))
    return redirect("following")


urlpatterns = [
    path("follow/cases/<str:number>/", follow_case, name="follow-case"),
    path("follow/area/", follow_area, name="follow-area"),
    path("follow/sent/", sent, name="follow-sent"),
    path("follow/confirm/<str:token>/", confirm, name="follow-confirm"),
    path("follow/stop/<str:token>/", stop, name="follow-stop"),
    path("following/", listed, name="following"),
    path("following/quiet/", quiet_hours, name="following-quiet"),
    path("following/<uuid:follow_id>/", change, name="following-change"),
]
