"""Kinds of reports and their questions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from commonweal.cases import actions, queries
from commonweal.cases.errors import NoSuchCategory
from commonweal.cases.types import CategoryCard, Question
from commonweal.kernel.types import Actor
from commonweal.ledger.types import subject_of
from commonweal.web.forms.setup.base import ReasonForm
from commonweal.web.forms.setup.cases import (
    KINDS,
    MOST_OPTIONS,
    TERMS,
    WITH_OPTIONS,
    CategoryForm,
    QuestionForm,
    draft_of,
)
from commonweal.web.pages.setup import told
from commonweal.web.pages.setup.desk import administrators_only, change, trail
from commonweal.web.words import in_turn, listed, say


def _all() -> tuple[str, str]:
    return reverse("setup-categories"), _("Kinds of reports")


@administrators_only
def categories(request: HttpRequest) -> HttpResponse:
    """List the kinds of reports as a tree."""
    rows = [
        {
            "url": reverse("setup-category", args=[card.id]),
            "name": say(card.names),
            "is_below": card.parent_id is not None,
            "is_open": card.is_open,
            "term": term_of(card),
            "questions": len(card.questions),
        }
        for card in queries.categories()
    ]
    title = _("Kinds of reports")
    about = {"title": title, "trail": trail(("", title)), "rows": rows}
    return render(request, "setup/categories.html", about)


def term_of(card: CategoryCard) -> str:
    """Write the promise of a category: an amount and in what it counts."""
    said = {"amount": card.term.amount, "unit": TERMS[card.term.unit]}
    return _("%(amount)s (%(unit)s)") % said


def found(category_id: UUID) -> CategoryCard:
    """Find a category for its own page."""
    try:
        return queries.category(category_id)
    except NoSuchCategory:
        raise Http404 from None


@administrators_only
def category_new(request: HttpRequest) -> HttpResponse:
    """Add a kind of report."""
    return _category(request, None)


@administrators_only
def category(request: HttpRequest, category_id: UUID) -> HttpResponse:
    """Change a kind of report and see its questions."""
    return _category(request, found(category_id))


def _category(request: HttpRequest, card: CategoryCard | None) -> HttpResponse:
    def make(data: QueryDict | None) -> CategoryForm:
        return CategoryForm(data, card=found(card.id) if card else None)

    def act(form: CategoryForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        saved = actions.save_category(
            draft=form.draft(),
            category_id=card.id if card else None,
            seen=form.cleaned_data["seen"] if card else None,
            reason=reason,
            by=by,
            at=at,
        )
        return {"id": str(saved.id)}

    subject = subject_of("category", card.id) if card else ""
    return change(
        request,
        title=say(card.names) if card else _("New kind of report"),
        steps=[_all()],
        make=make,
        act=act,
        then=lambda answer: reverse("setup-category", args=[answer["id"]]),
        name="setup-category",
        subject=subject,
        template="setup/category.html",
        about={
            "card": card,
            "questions": [_row(card, one) for one in card.questions] if card else [],
            "past": told.past(subject) if card else [],
        },
    )


def _row(card: CategoryCard, one: Question) -> dict[str, Any]:
    before = next((other for other in card.questions if other.code == one.after), None)
    answers = {code: say(text) for code, text in before.options} if before else {}
    answers |= {"yes": _("Yes"), "no": _("No")}
    return {
        "url": reverse("setup-question", args=[card.id, one.code]),
        "remove": reverse("setup-question-remove", args=[card.id, one.code]),
        "words": say(one.words),
        "kind": KINDS[one.kind],
        "is_required": one.is_required,
        "after": say(before.words) if before else "",
        "after_is": listed(answers.get(code, code) for code in one.after_is),
    }


@administrators_only
def question_new(request: HttpRequest, category_id: UUID) -> HttpResponse:
    """Add a question."""
    return _question(request, found(category_id), None)


@administrators_only
def question(request: HttpRequest, category_id: UUID, code: str) -> HttpResponse:
    """Change a question, its answers, its place and when it is asked."""
    card = found(category_id)
    return _question(request, card, asked(card, code))


def asked(card: CategoryCard, code: str) -> Question:
    """Find a question of a category."""
    for one in card.questions:
        if one.code == code:
            return one
    raise Http404


def _question(request: HttpRequest, card: CategoryCard, one: Question | None) -> HttpResponse:
    count = len(one.options) if one else 0
    rows = _number(request.POST.get("rows"), count)

    def make(data: QueryDict | None) -> QuestionForm:
        return QuestionForm(data, card=card, question=one, rows=rows if data is not None else count)

    steps = [_all(), (reverse("setup-category", args=[card.id]), say(card.names))]
    title = say(one.words) if one else _("New question")
    press = request.POST.get("press", "")
    if request.method == "POST" and press:
        return _pressed(request, card, one, rows, press, title, steps)

    def act(form: QuestionForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        actions.save_category(
            draft=draft_of(card, questions=form.questions()),
            category_id=card.id,
            seen=form.cleaned_data["seen"],
            reason=reason,
            by=by,
            at=at,
        )
        return {}

    return change(
        request,
        title=title,
        steps=steps,
        make=make,
        act=act,
        then=lambda _answer: reverse("setup-category", args=[card.id]),
        name="setup-question",
        subject=subject_of("category", card.id),
        template="setup/question.html",
        about={"rows": rows, "has_options": one is None or one.kind in WITH_OPTIONS},
    )


def _number(raw: str | None, usual: int) -> int:
    fits = raw is not None and raw.isascii() and raw.isdigit() and len(raw) < 4  # noqa: PLR2004
    return min(int(raw or 0), MOST_OPTIONS) if fits else usual


def _pressed(
    request: HttpRequest,
    card: CategoryCard,
    one: Question | None,
    rows: int,
    press: str,
    title: str,
    steps: list[tuple[str, str]],
) -> HttpResponse:
    """Give the form back with one row of answers more or less; nothing is saved yet."""
    typed = request.POST.copy()
    if press == "add":
        rows = min(rows + 1, MOST_OPTIONS)
    else:
        gone = _number(press.removeprefix("drop-"), rows)
        names = [name for name in typed if name.startswith("option_")]
        for name in sorted(names, key=lambda key: _number(key.split("_")[1], rows)):
            number = _number(name.split("_")[1], rows)
            if number >= gone:
                moved = name.replace(f"option_{number}_", f"option_{number + 1}_", 1)
                typed[name] = request.POST.get(moved, "")
        rows = max(rows - (gone < rows), 0)
    form = QuestionForm(typed, card=card, question=one, rows=rows)
    form.full_clean()
    form.errors.clear()
    about = {
        "title": title,
        "trail": trail(*steps, ("", title)),
        "guard": "setup-question",
        "form": form,
        "rows": rows,
        "has_options": True,
    }
    return render(request, "setup/question.html", about)


@administrators_only
def question_remove(request: HttpRequest, category_id: UUID, code: str) -> HttpResponse:
    """Take a question out; answers already given stay with their reports."""
    card = found(category_id)
    one = asked(card, code)

    def act(form: ReasonForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        actions.save_category(
            draft=draft_of(card, questions=[q for q in card.questions if q.code != code]),
            category_id=card.id,
            seen=form.cleaned_data["seen"],
            reason=reason,
            by=by,
            at=at,
        )
        return {}

    here = reverse("setup-category", args=[card.id])
    follow = [say(q.words) for q in card.questions if q.after == code]
    warning = ""
    if follow:
        warning = _(
            "These questions are asked only after it. Change them first: %(questions)s."
        ) % {"questions": in_turn(follow)}
    return change(
        request,
        title=_("Remove this question?"),
        steps=[_all(), (here, say(card.names))],
        make=lambda data: ReasonForm(data, initial={"seen": found(category_id).version}),
        act=act,
        then=lambda _answer: here,
        name="setup-question-remove",
        subject=subject_of("category", card.id),
        about={
            "intro": say(one.words),
            "warning": warning,
            "send": _("Remove it"),
            "kind": "warning",
        },
        done=_("Removed."),
    )


urlpatterns = [
    path("categories/", categories, name="setup-categories"),
    path("categories/new/", category_new, name="setup-category-new"),
    path("categories/<uuid:category_id>/", category, name="setup-category"),
    path("categories/<uuid:category_id>/add/question/", question_new, name="setup-question-new"),
    path("categories/<uuid:category_id>/<slug:code>/", question, name="setup-question"),
    path(
        "categories/<uuid:category_id>/<slug:code>/remove/",
        question_remove,
        name="setup-question-remove",
    ),
]
