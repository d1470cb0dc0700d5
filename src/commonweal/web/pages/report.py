"""Report a problem: one question a page, nothing lost, a receipt at once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from commonweal.cases import actions, queries
from commonweal.cases.errors import (
    AnswerMissing,
    AnswerWrong,
    BadContact,
    EmptyText,
    ImpossibleDate,
    ImpossiblePoint,
    NoSuchCategory,
    PlaceMissing,
    TextTooLong,
    UnreadableText,
)
from commonweal.cases.types import CategoryCard, Review
from commonweal.city import queries as city
from commonweal.content import actions as content
from commonweal.content import queries as photos_of
from commonweal.content.types import AttachmentCard, AttachmentState, Size
from commonweal.edge import bots, limits
from commonweal.edge.access import View, personal
from commonweal.edge.pictures import picture
from commonweal.edge.refusals import sentence_of
from commonweal.edge.requests import actor_of, now_of
from commonweal.identity.errors import BadPhone
from commonweal.kernel.actions import once
from commonweal.kernel.errors import Kind, Refusal
from commonweal.messages.errors import BadAddress
from commonweal.web import drafts, receipts, words
from commonweal.web.drafts import SavedDraft
from commonweal.web.forms import report as forms
from commonweal.web.pages.public import tiles

SENT_SHOWN = timedelta(hours=1)
NAMES = {
    "category": "report",
    "place": "report-place",
    "details": "report-details",
    "questions": "report-questions",
    "photos": "report-photos",
    "contact": "report-contact",
    "check": "report-check",
}
STEP_OF: dict[type[Refusal], str] = {
    NoSuchCategory: "category",
    PlaceMissing: "place",
    ImpossiblePoint: "place",
    EmptyText: "details",
    TextTooLong: "details",
    UnreadableText: "details",
    ImpossibleDate: "details",
    AnswerMissing: "questions",
    AnswerWrong: "questions",
    BadContact: "contact",
    BadAddress: "contact",
    BadPhone: "contact",
}

Step = Callable[[HttpRequest, SavedDraft, CategoryCard, datetime], HttpResponse]


def step(view: Step) -> View:
    """Give a page the draft and its category; without them the report begins at the beginning."""

    @personal
    @require_http_methods(["GET", "HEAD", "POST"])
    def page(request: HttpRequest) -> HttpResponse:
        at = now_of(request)
        draft = drafts.kept(request, at)
        category = _category(draft)
        if draft is None or category is None:
            if draft is None and request.method == "POST":
                messages.warning(
                    request, _("Your report was not kept any longer. Please begin again.")
                )
            return redirect("report")
        return view(request, draft, category, at)

    return page


def _category(draft: SavedDraft | None) -> CategoryCard | None:
    if draft is None or draft.category_id is None:
        return None
    try:
        category = queries.category(draft.category_id)
    except NoSuchCategory:
        return None
    return category if category.is_open and category.parent_id is not None else None


def _onward(
    request: HttpRequest, draft: SavedDraft, category: CategoryCard, step: str, at: datetime
) -> HttpResponse:
    draft.finish(step)
    drafts.keep(request, draft, at)
    return redirect(NAMES[drafts.next_step(draft, category)])


def _frame(draft: SavedDraft | None, category: CategoryCard | None, step: str) -> dict[str, Any]:
    """Say where in the report a page stands."""
    steps = drafts.steps_of(category)
    place = steps.index(step) + 1 if step in steps else len(steps)
    back = reverse(NAMES[steps[place - 2]]) if place > 1 else reverse("home")
    return {"number": place, "count": len(steps), "back": back, "draft": draft, "kind": category}


# What is it about


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def about(request: HttpRequest) -> HttpResponse:
    """Find the kind of report by words or by browsing."""
    at = now_of(request)
    draft = drafts.kept(request, at)
    if request.method == "POST":
        return _choose(request, draft, at)
    return _about_page(request, draft, request.GET.get("q", ""))


def _about_page(
    request: HttpRequest, draft: SavedDraft | None, typed: str, *, error: str = ""
) -> HttpResponse:
    typed = typed[:200]
    frame = _frame(draft, _category(draft), "category")
    about = {
        **frame,
        "typed": typed or (draft.words if draft else ""),
        "searched": bool(typed.strip()),
        "found": queries.suggest_categories(typed) if typed.strip() else [],
        "error": error,
    }
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "found":
        return render(request, "report/found.html", about)
    about["tree"] = _tree()
    about["unsent"] = bool(draft and draft.category)
    return render(request, "report/about.html", about, status=422 if error else 200)


def _tree() -> list[tuple[CategoryCard, list[CategoryCard]]]:
    everything = queries.categories(only_open=True)
    tops = [one for one in everything if one.parent_id is None]
    below = [(top, [one for one in everything if one.parent_id == top.id]) for top in tops]
    return [(top, some) for top, some in below if some]


def _choose(request: HttpRequest, draft: SavedDraft | None, at: datetime) -> HttpResponse:
    typed = request.POST.get("q", "")[:200]
    chosen = SavedDraft(category=request.POST.get("category", "")[:40])
    category = _category(chosen)
    if category is None:
        return _about_page(request, draft, typed, error=sentence_of(NoSuchCategory()))
    draft = draft or chosen
    if draft.category != str(category.id):
        draft.reopen("place", "questions")
        if draft.place or draft.district or draft.landmark or draft.lat is not None:
            draft.finish("place")
    draft.category = str(category.id)
    draft.words = typed.strip() or draft.words
    return _onward(request, draft, category, "category", at)


# Where


@step
def where(
    request: HttpRequest, draft: SavedDraft, category: CategoryCard, at: datetime
) -> HttpResponse:
    """Ask for the place: words, district, landmark, or a pin."""
    search = (
        request.POST.get("find", "") if request.method == "POST" else request.GET.get("find", "")
    )
    search = search[:100]
    if request.method == "POST":
        form = forms.PlaceForm(request.POST, needs_place=category.needs_place, search=search)
        if "search" in request.POST:
            form = _typed_again(request.POST, category, search)
        elif "unpin" in request.POST:
            form = _typed_again(request.POST, category, search, lat="", lng="")
        elif form.is_valid():
            outside = _is_outside(form.cleaned_data)
            if not outside or request.POST.get("outside") == "known":
                return _place_kept(request, draft, category, form.cleaned_data, at)
            return _where_page(request, draft, category, form, search=search, outside=True)
    else:
        form = forms.PlaceForm(
            initial=forms.place_of(draft), needs_place=category.needs_place, search=search
        )
    return _where_page(request, draft, category, form, search=search)


def _typed_again(
    typed: QueryDict, category: CategoryCard, search: str, **instead: str
) -> forms.PlaceForm:
    """Show the form as it was filled in, with nothing refused yet."""
    names = ("place", "district", "landmark", "lat", "lng")
    initial = {name: typed.get(name, "") for name in names} | instead
    return forms.PlaceForm(initial=initial, needs_place=category.needs_place, search=search)


def _is_outside(said: dict[str, Any]) -> bool:
    return said["lat"] is not None and city.district_at(said["lat"], said["lng"]) is None


def _where_page(
    request: HttpRequest,
    draft: SavedDraft,
    category: CategoryCard,
    form: forms.PlaceForm,
    *,
    search: str,
    outside: bool = False,
) -> HttpResponse:
    frame = _frame(draft, category, "place")
    about = {
        **frame,
        "form": form,
        "search": search,
        "outside": outside,
        "pinned": bool(form["lat"].value()),
        "tiles": tiles(request),
    }
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "landmarks":
        return render(request, "report/landmarks.html", about)
    return render(request, "report/place.html", about, status=422 if form.errors else 200)


def _place_kept(
    request: HttpRequest,
    draft: SavedDraft,
    category: CategoryCard,
    said: dict[str, Any],
    at: datetime,
) -> HttpResponse:
    draft.place, draft.district, draft.landmark = said["place"], said["district"], said["landmark"]
    draft.lat, draft.lng = said["lat"], said["lng"]
    return _onward(request, draft, category, "place", at)


# What happened


@step
def details(
    request: HttpRequest, draft: SavedDraft, category: CategoryCard, at: datetime
) -> HttpResponse:
    """Ask what happened, and on which day."""
    form = forms.DetailsForm(
        request.POST if request.method == "POST" else None,
        at=at,
        initial={
            "text": draft.text or draft.words,
            "happened_on": datetime.fromisoformat(draft.happened_on).date()
            if draft.happened_on
            else None,
        },
    )
    if request.method == "POST" and form.is_valid():
        draft.text = form.cleaned_data["text"]
        on = form.cleaned_data["happened_on"]
        draft.happened_on = on.isoformat() if on else ""
        return _onward(request, draft, category, "details", at)
    about = {**_frame(draft, category, "details"), "form": form}
    return render(request, "report/details.html", about, status=422 if form.errors else 200)


@step
def questions(
    request: HttpRequest, draft: SavedDraft, category: CategoryCard, at: datetime
) -> HttpResponse:
    """Ask what this kind of report needs to know; an answer may bring up another question."""
    if not category.questions:
        return _onward(request, draft, category, "questions", at)
    if request.method != "POST":
        up = queries.asked(category.questions, draft.answers)
        form = forms.QuestionsForm(questions=up, initial=forms.initial_answers(draft.answers, up))
        return _questions_page(request, draft, category, form)
    given = forms.raw_answers(request.POST, category.questions)
    up = queries.asked(category.questions, given)
    shown = set(request.POST.getlist("shown"))
    is_new = any(one.code not in shown for one in up)
    form = forms.QuestionsForm(request.POST, questions=up)
    if request.headers.get("HX-Request") or (is_new and shown):
        # What just came up was not seen yet: show it without calling it a mistake.
        fresh = forms.QuestionsForm(questions=up, initial=_as_typed(form))
        return _questions_page(request, draft, category, fresh)
    if form.is_valid():
        draft.answers = form.answers()
        return _onward(request, draft, category, "questions", at)
    return _questions_page(request, draft, category, form)


def _as_typed(form: forms.QuestionsForm) -> dict[str, Any]:
    return {name: form[name].value() for name in form.fields}


def _questions_page(
    request: HttpRequest, draft: SavedDraft, category: CategoryCard, form: forms.QuestionsForm
) -> HttpResponse:
    about = {
        **_frame(draft, category, "questions"),
        "form": form,
        "shown": [one.code for one in form.questions],
        "branches": any(one.after for one in category.questions),
    }
    name = "questions_part" if request.headers.get("HX-Request") else "questions"
    return render(request, f"report/{name}.html", about, status=422 if form.errors else 200)


# Photos


@step
def photos(
    request: HttpRequest, draft: SavedDraft, category: CategoryCard, at: datetime
) -> HttpResponse:
    """Take photos at once, so that they are kept whatever happens next."""
    errors: list[str] = []
    if request.method == "POST":
        removed = request.POST.get("remove", "")
        if removed:
            _remove(draft, removed, request, at)
            return redirect("report-photos")
        sent = request.FILES.getlist("photo")
        if sent:
            limits.take(request, limits.PHOTOS)
            errors = _receive(draft, request, at)
        elif "add" in request.POST:
            errors = [_("Please choose a photo first.")]
        drafts.keep(request, draft, at)
        if not errors and "add" in request.POST:
            return redirect("report-photos")
        if not errors:
            return _onward(request, draft, category, "photos", at)
    shown = shown_photos(draft.photos)
    about = {
        **_frame(draft, category, "photos"),
        "photos": shown,
        "errors": [{"id": "photo", "text": error} for error in errors],
        "room": drafts.MOST_PHOTOS - len(shown),
        "most": drafts.MOST_PHOTOS,
        "waits": any(one.state is AttachmentState.WAITING for one in shown),
    }
    name = "photos_part" if request.headers.get("HX-Request") else "photos"
    return render(request, f"report/{name}.html", about, status=422 if errors else 200)


def shown_photos(subject: str) -> list[AttachmentCard]:
    """List photos that were not taken away."""
    every = photos_of.attachments(subject, public_only=False)
    return [one for one in every if one.state is not AttachmentState.TAKEN_DOWN]


def _receive(draft: SavedDraft, request: HttpRequest, at: datetime) -> list[str]:
    errors = []
    for file in request.FILES.getlist("photo"):
        name = (file.name or _("photo"))[:60]
        kept = [
            one for one in shown_photos(draft.photos) if one.state is not AttachmentState.REFUSED
        ]
        if len(kept) >= drafts.MOST_PHOTOS:
            errors.append(
                _("%(name)s was not added: %(most)d photos are enough.")
                % {"name": name, "most": drafts.MOST_PHOTOS}
            )
            continue
        try:
            content.receive(
                data=file.file,  # type: ignore[arg-type]
                name=file.name or "photo",
                subject=draft.photos,
                by=actor_of(request),
                at=at,
            )
        except Refusal as refusal:
            errors.append(
                _("%(name)s: %(reason)s") % {"name": name, "reason": sentence_of(refusal)}
            )
    return errors


def _remove(draft: SavedDraft, removed: str, request: HttpRequest, at: datetime) -> None:
    for one in shown_photos(draft.photos):
        if str(one.id) == removed:
            content.take_down(
                attachment_id=one.id,
                reason="sender",
                by=actor_of(request),
                at=at,
            )


@personal
@require_GET
def photo(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """Show a photo of the own draft, and of no other."""
    draft = drafts.kept(request, now_of(request))
    card = photos_of.attachment(photo_id)
    if draft is None or card.subject != draft.photos:
        raise Http404
    return picture(request, card, Size.THUMB, public=False)


# How to reach you


@step
def contact(
    request: HttpRequest, draft: SavedDraft, category: CategoryCard, at: datetime
) -> HttpResponse:
    """Ask how to reach the reporter; not at all is an answer too."""
    initial = {"how": draft.how, "mail": draft.mail, "phone": draft.phone}
    if not draft.how and (own := _own_mail(request)):
        initial |= {"how": "mail", "mail": own}
    form = forms.ContactForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        draft.how, draft.mail, draft.phone = said["how"], said["mail"], said["phone"]
        return _onward(request, draft, category, "contact", at)
    about = {**_frame(draft, category, "contact"), "form": form}
    return render(request, "report/contact.html", about, status=422 if form.errors else 200)


def _own_mail(request: HttpRequest) -> str:
    return str(getattr(request.user, "email", "")) if request.user.is_authenticated else ""


# Check, send, receipt


@step
def check(
    request: HttpRequest, draft: SavedDraft, category: CategoryCard, at: datetime
) -> HttpResponse:
    """Show everything once more, and who will see what; send."""
    if request.method == "POST" and request.POST.get("key", "") == draft.key:
        return _send(request, draft, category, at)
    if (undone := drafts.next_step(draft, category)) != "check":
        return redirect(NAMES[undone])
    return _check_page(request, draft, category)


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def check_or_sent(request: HttpRequest) -> HttpResponseBase:
    """Lead to the receipt whoever sent already: by a second press, or when its answer was lost."""
    at = now_of(request)
    sent = _sent(request, at)
    if sent is not None:
        is_again = request.POST.get("key", "") == sent["key_of_form"]
        if is_again or (request.method != "POST" and drafts.kept(request, at) is None):
            return redirect("report-sent")
    return check(request)


def _check_page(
    request: HttpRequest,
    draft: SavedDraft,
    category: CategoryCard,
    *,
    errors: list[dict[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = [one for one in shown_photos(draft.photos) if one.state is not AttachmentState.REFUSED]
    about = {
        **_frame(draft, category, "check"),
        "rows": _rows(draft, category, len(shown)),
        "photos": shown,
        "outside": draft.lat is not None and _is_outside({"lat": draft.lat, "lng": draft.lng}),
        "never": category.review is Review.NEVER,
        "has_place": bool(draft.place or draft.district or draft.landmark or draft.lat is not None),
        "errors": errors or [],
        "key": draft.key,
    }
    return render(request, "report/check.html", about, status=status)


def _rows(draft: SavedDraft, category: CategoryCard, photos: int) -> list[dict[str, str]]:
    change = _("Change")
    parent = words.say(category.parent_names)
    kind = words.say(category.names)
    rows = [
        {
            "key": _("What it is about"),
            "value": f"{parent} › {kind}" if parent else kind,
            "url": reverse("report"),
            "action": change,
        },
        {
            "key": _("Where"),
            "value": place_in_words(draft) or _("No place given"),
            "url": reverse("report-place"),
            "action": change,
        },
        {
            "key": _("What happened"),
            "value": draft.text,
            "url": reverse("report-details"),
            "action": change,
        },
    ]
    if draft.happened_on:
        on = datetime.fromisoformat(draft.happened_on).date()
        rows.append(
            {
                "key": _("Noticed on"),
                "value": words.day(on),
                "url": reverse("report-details"),
                "action": change,
            }
        )
    rows += [
        {
            "key": said,
            "value": value,
            "url": reverse("report-questions"),
            "action": change,
        }
        for said, value in answers_in_words(category, draft.answers)
    ]
    ways = {
        "mail": _("By mail: %(mail)s") % {"mail": draft.mail},
        "phone": _("By phone: %(phone)s") % {"phone": draft.phone},
        "none": _("Not at all: you report without your name"),
    }
    return [
        *rows,
        {
            "key": _("Photos"),
            "value": str(photos) if photos else _("None"),
            "url": reverse("report-photos"),
            "action": change,
        },
        {
            "key": _("How to reach you"),
            "value": ways.get(draft.how, ""),
            "url": reverse("report-contact"),
            "action": change,
        },
    ]


def place_in_words(draft: SavedDraft) -> str:
    """Say where something is, one line for each thing that is known."""
    place = draft.as_place()
    lines = [place.words, words.landmark_name(place.landmark_id)]
    district = words.district_name(place.district_id)
    if place.lat is not None and place.lng is not None:
        found = city.district_at(place.lat, place.lng)
        district = words.say(found.names) if found else district
        lines.append(_("A pin on the map"))
    lines.append(district)
    return "\n".join(dict.fromkeys(line for line in lines if line))


def answers_in_words(category: CategoryCard, answers: Any) -> list[tuple[str, str]]:
    """Give questions and answers as people read them."""
    told = []
    for question in queries.asked(category.questions, answers):
        value = answers.get(question.code)
        if value in (None, "", []):
            continue
        options = {code: words.say(said) for code, said in question.options}
        options |= {"yes": _("Yes"), "no": _("No")} if not options else {}
        given = value if isinstance(value, list) else [value]
        told.append(
            (words.say(question.words), "\n".join(options.get(str(one), str(one)) for one in given))
        )
    return told


def _send(
    request: HttpRequest, draft: SavedDraft, category: CategoryCard, at: datetime
) -> HttpResponse:
    if found := bots.problem(request, "report"):
        error = {"url": "", "text": sentence_of(found)}
        return _check_page(request, draft, category, errors=[error], status=422)
    limits.take(request, limits.REPORT)
    made: list[str] = []

    def act() -> dict[str, str]:
        receipt = actions.report(
            draft=draft.as_draft(category, words.reader_language()),
            by=actor_of(request),
            at=at,
        )
        made.append(receipt.key)
        return {"case": receipt.case_id.hex}

    try:
        answer = once(
            scope=f"report:{draft.id}",
            key=draft.key,
            body={"category": draft.category, "text": draft.text, "at": draft.id},
            at=at,
            act=act,
        )
    except Refusal as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        step = STEP_OF.get(type(refusal), "details")
        draft.reopen(step)
        drafts.keep(request, draft, at)
        error = {"url": reverse(NAMES[step]), "text": sentence_of(refusal)}
        return _check_page(request, draft, category, errors=[error], status=422)
    case_id = UUID(hex=answer["case"])
    key = made[0] if made else actions.new_key(case_id=case_id, at=at)
    receipts.keep(request, case_id=case_id, key=key, key_of_form=draft.key, at=at)
    drafts.forget(request)
    return redirect("report-sent")


def _sent(request: HttpRequest, at: datetime) -> dict[str, Any] | None:
    return receipts.kept(request, at=at, within=SENT_SHOWN)


@personal
@require_GET
def sent(request: HttpRequest) -> HttpResponse:
    """Show the receipt: the number, the secret link, what happens next."""
    at = now_of(request)
    kept = _sent(request, at)
    if kept is None:
        return redirect("report")
    card = queries.card(kept["case"], at=at)
    about = receipts.shown(card, key=kept["key"])
    return render(request, "report/sent.html", {**about, "is_new": True})


@personal
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Throw the draft and its photos away."""
    at = now_of(request)
    draft = drafts.kept(request, at)
    if draft is not None:
        content.take_down_all(
            subject=draft.photos,
            reason="sender",
            by=actor_of(request),
            at=at,
        )
        drafts.forget(request)
    return HttpResponseRedirect(f"{reverse('report')}?{urlencode({'discarded': 1})}")


urlpatterns = [
    path("report/", about, name="report"),
    path("report/place/", where, name="report-place"),
    path("report/details/", details, name="report-details"),
    path("report/questions/", questions, name="report-questions"),
    path("report/photos/", photos, name="report-photos"),
    path("report/photos/<uuid:photo_id>/", photo, name="report-photo"),
    path("report/contact/", contact, name="report-contact"),
    path("report/check/", check_or_sent, name="report-check"),
    path("report/sent/", sent, name="report-sent"),
    path("report/discard/", discard, name="report-discard"),
]
