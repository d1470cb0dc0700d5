"""Kinds of reports, their questions, and the rules that send a report to a unit."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from commonweal.cases import queries
from commonweal.cases.actions.setup import CategoryDraft, RuleDraft
from commonweal.cases.types import CategoryCard, Question, QuestionKind, Review, RuleCard
from commonweal.city import queries as the_city
from commonweal.city.types import Term, TermUnit
from commonweal.kernel.types import Channel, Words
from commonweal.web.forms.plain import PlainForm
from commonweal.web.forms.setup.base import (
    LONGEST_HINT,
    LONGEST_NAME,
    LONGEST_TEXT,
    OWN_NAMES,
    ChangeForm,
    district_choices,
    key_of,
    unit_choices,
)
from commonweal.web.words import CHANNELS, say

CODE_HINT = lazy("Small letters a to z, digits and hyphens. It stands in exports, not on pages.")
MOST_TERM = 5000
MOST_OPTIONS = 40
MOST_WORDS = 100
TERMS = {
    TermUnit.WORKING_DAYS: lazy("days on which the city is open"),
    TermUnit.WORKING_HOURS: lazy("hours in which the city is open"),
    TermUnit.DAYS: lazy("days, weekends too"),
    TermUnit.HOURS: lazy("hours, by day and night"),
}
REVIEWS = {
    Review.AFTER_REVIEW: lazy("May become public after a member of staff has read them"),
    Review.NEVER: lazy("Never become public"),
}
KINDS = {
    QuestionKind.YES_NO: lazy("Yes or no"),
    QuestionKind.CHOICE: lazy("One of a list"),
    QuestionKind.SEVERAL: lazy("Several of a list"),
    QuestionKind.TEXT: lazy("Words"),
    QuestionKind.NUMBER: lazy("A number"),
    QuestionKind.DATE: lazy("A day"),
}
WITH_OPTIONS = {QuestionKind.CHOICE, QuestionKind.SEVERAL}


def category_choices() -> list[tuple[str, str]]:
    """Name every kind of report by its code, what stands below another one with a dash."""
    return [
        (card.code, f"– {say(card.names)}" if card.parent_id else say(card.names))
        for card in queries.categories()
    ]


class CategoryForm(ChangeForm):
    """A kind of report."""

    code = forms.CharField(label=lazy("Code"), help_text=CODE_HINT, max_length=40)
    parent = forms.ChoiceField(
        label=lazy("Stands below"),
        help_text=lazy("A kind of report stands below a main one; main ones only group."),
        required=False,
    )
    term_amount = forms.IntegerField(
        label=lazy("The city promises an answer within"), min_value=1, max_value=MOST_TERM
    )
    term_unit = forms.ChoiceField(label=lazy("Counted in"), choices=list(TERMS.items()))
    review = forms.ChoiceField(
        label=lazy("The words and photos of residents"),
        choices=list(REVIEWS.items()),
        widget=forms.RadioSelect,
    )
    needs_place = forms.BooleanField(label=lazy("A report needs a place"), required=False)
    is_open = forms.BooleanField(
        label=lazy("Open: residents can choose it"),
        help_text=lazy("A closed one stays with its old reports."),
        required=False,
    )
    order = forms.IntegerField(
        label=lazy("Place in the list"),
        help_text=lazy("Smaller numbers come first."),
        min_value=0,
        max_value=9999,
    )
    places: ClassVar[Mapping[str, str]] = {
        "cases.bad-code": "code",
        "cases.code-taken": "code",
        "cases.wrong-parent": "parent",
    }

    def __init__(self, *args: Any, card: CategoryCard | None, **kwargs: Any) -> None:
        self.card = card
        kwargs["initial"] = _initial(card) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        tops = [
            one
            for one in queries.categories()
            if one.parent_id is None and (card is None or one.id != card.id)
        ]
        none = ("", _("Nothing: it is a main one"))
        self.choose(parent=[none, *((str(top.id), say(top.names)) for top in tops)])
        self.add_words("names", _("Name"), text=card.names if card else None)
        self.add_words(
            "hints",
            _("Hint"),
            text=card.hints if card else None,
            required=False,
            longest=LONGEST_HINT,
            rows=2,
            help_text=_("A sentence that helps to choose."),
        )
        spoken = {k: ", ".join(v) for k, v in card.keywords.items()} if card else None
        self.add_words(
            "keywords",
            _("Other words for it"),
            text=spoken,
            required=False,
            longest=LONGEST_TEXT,
            rows=2,
            help_text=_("What people may type, with commas between."),
        )
        asked = the_city.profile().languages
        texts = [key_of(name, one) for name in ("names", "hints", "keywords") for one in asked]
        self.order_fields([*texts, *self.fields])

    def draft(self) -> CategoryDraft:
        """Give the category as it should be; its questions stay."""
        said, card = self.cleaned_data, self.card
        kept = {
            one: list(listed)
            for one, listed in (card.keywords if card else {}).items()
            if one not in the_city.profile().languages
        }
        typed = {one: split(text) for one, text in self.words("keywords").items()}
        return CategoryDraft(
            code=said["code"],
            names=self.words("names", card.names if card else None),
            parent_id=UUID(said["parent"]) if said["parent"] else None,
            hints=self.words("hints", card.hints if card else None),
            keywords=kept | {one: listed for one, listed in typed.items() if listed},
            questions=card.questions if card else (),
            term=Term(amount=said["term_amount"], unit=TermUnit(said["term_unit"])),
            review=Review(said["review"]),
            is_open=said["is_open"],
            needs_place=said["needs_place"],
            order=said["order"],
        )


def draft_of(card: CategoryCard, **changes: Any) -> CategoryDraft:
    """Give a category as it stands, with a change."""
    values: dict[str, Any] = {
        name: getattr(card, name)
        for name in (
            "code",
            "names",
            "parent_id",
            "hints",
            "keywords",
            "questions",
            "term",
            "review",
            "is_open",
            "needs_place",
            "order",
        )
    }
    return CategoryDraft(**values | changes)


def _initial(card: CategoryCard | None) -> dict[str, Any]:
    if card is None:
        last = max((one.order for one in queries.categories()), default=0)
        return {
            "seen": 0,
            "term_amount": 5,
            "term_unit": TermUnit.WORKING_DAYS.value,
            "review": Review.AFTER_REVIEW.value,
            "needs_place": True,
            "is_open": True,
            "order": min(last + 1, 9999),
        }
    return {
        "seen": card.version,
        "code": card.code,
        "parent": str(card.parent_id or ""),
        "term_amount": card.term.amount,
        "term_unit": card.term.unit.value,
        "review": card.review.value,
        "needs_place": card.needs_place,
        "is_open": card.is_open,
        "order": card.order,
    }


def split(text: str) -> list[str]:
    """Read words with commas or line ends between, in either script, each once."""
    words = (word.strip() for word in re.split(r"[,，、;；\n]", text))
    return list(dict.fromkeys(word for word in words if word))


class QuestionForm(ChangeForm):
    """A question that a kind of report asks."""

    code = forms.CharField(label=lazy("Code"), help_text=CODE_HINT, max_length=40)
    kind = forms.ChoiceField(label=lazy("How it is answered"), choices=list(KINDS.items()))
    is_required = forms.BooleanField(label=lazy("It must be answered"), required=False)
    after = forms.MultipleChoiceField(
        label=lazy("Ask it only after these answers"),
        help_text=lazy("Choose answers of one earlier question, or none to ask always."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    place = forms.TypedChoiceField(label=lazy("Place among the questions"), coerce=int)
    places: ClassVar[Mapping[str, str]] = {
        "cases.bad-code": "code",
    }

    def __init__(
        self, *args: Any, card: CategoryCard, question: Question | None, rows: int, **kwargs: Any
    ) -> None:
        self.card, self.question, self.rows = card, question, rows
        self.others = [one for one in card.questions if question is None or one != question]
        place = card.questions.index(question) if question else len(card.questions)
        start: dict[str, Any] = {"seen": card.version, "place": place}
        if question:
            start |= {
                "code": question.code,
                "kind": question.kind.value,
                "is_required": question.is_required,
                "after": [f"{question.after}={answer}" for answer in question.after_is],
            }
        kwargs["initial"] = start | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.choose(after=self._answers(), place=self._places())
        if not self._answers():
            del self.fields["after"]
        self.add_words(
            "words", _("Question"), text=question.words if question else None, longest=300
        )
        self.add_words(
            "help",
            _("Hint"),
            text=question.help if question else None,
            required=False,
            longest=LONGEST_HINT,
        )
        self.option_keys = [self._add_option(number) for number in range(rows)]
        asked = the_city.profile().languages
        texts = [key_of(name, one) for name in ("words", "help") for one in asked]
        self.order_fields([*texts, *self.fields])

    def _add_option(self, number: int) -> list[str]:
        options = self.question.options if self.question else ()
        code, text = options[number] if number < len(options) else ("", {})
        key = f"option_{number}_code"
        about = {"number": number + 1}
        self.fields[key] = forms.CharField(
            label=_("Answer %(number)s: code") % about, required=False, max_length=40
        )
        self.initial.setdefault(key, code)
        name = f"option_{number}"
        self.add_words(name, _("Answer %(number)s: words") % about, text=text, required=False)
        return [key, *(key_of(name, one) for one in the_city.profile().languages)]

    def _answers(self) -> list[tuple[str, list[tuple[str, str]]]]:
        groups = []
        for one in self.others:
            options = [(code, say(text)) for code, text in one.options]
            if one.kind is QuestionKind.YES_NO:
                options = [("yes", _("Yes")), ("no", _("No"))]
            if one.kind is QuestionKind.YES_NO or one.kind in WITH_OPTIONS:
                listed = [(f"{one.code}={code}", label) for code, label in options]
                groups.append((say(one.words), listed))
        return groups

    def _places(self) -> list[tuple[int, str]]:
        first = (0, _("First"))
        after = [
            (i, _("After: %(question)s") % {"question": say(one.words)})
            for i, one in enumerate(self.others, start=1)
        ]
        return [first, *after]

    def options(self) -> list[Any]:
        """Give the fields of each answer, for the page."""
        return [[self[key] for key in keys] for keys in self.option_keys]

    def plain_fields(self) -> list[Any]:
        """Give the other fields, for the page."""
        inside = {key for keys in self.option_keys for key in keys}
        return [
            bound
            for bound in self.visible_fields()
            if bound.name not in inside and bound.name != "reason"
        ]

    def clean(self) -> dict[str, Any]:
        """Look whether the question can be asked at all."""
        said = super().clean() or self.cleaned_data
        if (code := said.get("code")) in {one.code for one in self.others}:
            self.add_error("code", _("Another question has this code. Choose another one."))
        if code and not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", code):
            self.add_error("code", _("Use small letters, digits and hyphens only."))
        kind = said.get("kind")
        options = self._options_read()
        if kind and QuestionKind(kind) in WITH_OPTIONS and not options and not self.errors:
            self.add_error("kind", _("Write at least one answer to choose from."))
        self._check_after(said)
        return said

    def _options_read(self) -> list[tuple[str, Words]]:
        options: list[tuple[str, Words]] = []
        asked = the_city.profile().languages
        for number in range(self.rows):
            code = self.cleaned_data.get(f"option_{number}_code", "")
            before = self._text_before(code)
            typed = {
                one: self.cleaned_data.get(key_of(f"option_{number}", one), "") for one in asked
            }
            if not code and not any(typed.values()):
                continue
            if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", code):
                self.add_error(
                    f"option_{number}_code", _("Use small letters, digits and hyphens only.")
                )
            elif code in {other for other, _text in options}:
                self.add_error(
                    f"option_{number}_code", _("Another answer has this code. Choose another one.")
                )
            for one in asked:
                if not typed[one]:
                    self.add_error(
                        key_of(f"option_{number}", one),
                        _("Please write the answer in %(language)s, too.")
                        % {"language": OWN_NAMES.get(one, one)},
                    )
            kept = {one: text for one, text in before.items() if one not in asked}
            options.append((code, kept | typed))
        return options

    def _text_before(self, code: str) -> Words:
        return dict(self.question.options).get(code, {}) if self.question else {}

    def _check_after(self, said: Mapping[str, Any]) -> None:
        wanted = said.get("after") or []
        codes = {one.partition("=")[0] for one in wanted}
        if len(codes) > 1:
            self.add_error("after", _("Choose answers of one question only."))
        earlier = {one.code for one in self.others[: said.get("place", 0)]}
        if len(codes) == 1 and not codes <= earlier:
            self.add_error(
                "after", _("That question comes later. Put this one behind it, under “Place”.")
            )
        later = self.others[: said.get("place", 0)]
        own = self.question.code if self.question else ""
        if own and any(one.after == own for one in later):
            self.add_error("place", _("A question before this place is asked only after this one."))

    def questions(self) -> list[Question]:
        """Give all questions of the category as they should be."""
        said, before = self.cleaned_data, self.question
        wanted = said.get("after") or []
        kind = QuestionKind(said["kind"])
        made = Question(
            code=said["code"],
            kind=kind,
            words=self.words("words", before.words if before else None),
            help=self.words("help", before.help if before else None),
            is_required=said["is_required"],
            options=tuple(self._options_read()) if kind in WITH_OPTIONS else (),
            after=wanted[0].partition("=")[0] if wanted else "",
            after_is=tuple(one.partition("=")[2] for one in wanted),
        )
        listed = list(self.others)
        listed.insert(said["place"], made)
        return [_renamed(one, before, made) for one in listed]


def _renamed(one: Question, before: Question | None, made: Question) -> Question:
    if before is None or one.after != before.code or one is made:
        return one
    values = {name: getattr(one, name) for name in one.__dataclass_fields__}
    return Question(**values | {"after": made.code})


class RuleForm(ChangeForm):
    """A routing rule."""

    unit = forms.ChoiceField(label=lazy("Send it to"))
    categories = forms.MultipleChoiceField(
        label=lazy("Only these kinds of report"),
        help_text=lazy("Nothing chosen means: all. A main kind counts for all below it."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    districts = forms.MultipleChoiceField(
        label=lazy("Only in these districts"),
        help_text=lazy("Nothing chosen means: everywhere."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    channels = forms.MultipleChoiceField(
        label=lazy("Only what came"),
        help_text=lazy("Nothing chosen means: whatever way it came."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=list(CHANNELS.items()),
    )
    said = forms.CharField(
        label=lazy("Only with one of these words"),
        help_text=lazy("With commas between. Nothing means: whatever it says."),
        widget=forms.Textarea({"rows": 3}),
        required=False,
        max_length=LONGEST_TEXT,
    )
    is_active = forms.BooleanField(label=lazy("In use"), required=False)
    places: ClassVar[Mapping[str, str]] = {"cases.unit-closed": "unit"}

    def __init__(self, *args: Any, card: RuleCard | None, at: Any, **kwargs: Any) -> None:
        self.card = card
        start: dict[str, Any] = {"seen": 0, "is_active": True}
        if card:
            start = {
                "seen": card.version,
                "unit": str(card.unit_id),
                "categories": list(card.categories),
                "districts": list(card.districts),
                "channels": [channel.value for channel in card.channels],
                "said": ", ".join(card.words),
                "is_active": card.is_active,
            }
        kwargs["initial"] = start | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.choose(
            unit=[("", "–"), *unit_choices(at=at)],
            categories=_with(category_choices(), card.categories if card else ()),
            districts=_with(district_choices(), card.districts if card else ()),
        )
        self.add_words("names", _("Name"), text=card.names if card else None)
        texts = [key_of("names", one) for one in the_city.profile().languages]
        self.order_fields([*texts, *self.fields])

    def clean_said(self) -> list[str]:
        """Read the words, none too long and not too many."""
        words = split(self.cleaned_data["said"])
        if len(words) > MOST_WORDS or any(len(word) > LONGEST_NAME for word in words):
            raise forms.ValidationError(
                _("These are too many words, or one of them is too long. Write fewer.")
            )
        return words

    def draft(self) -> RuleDraft:
        """Give the rule as it should be."""
        said = self.cleaned_data
        return RuleDraft(
            names=self.words("names", self.card.names if self.card else None),
            unit_id=UUID(said["unit"]),
            categories=said["categories"],
            districts=said["districts"],
            channels=[Channel(one) for one in said["channels"]],
            words=said["said"],
            is_active=said["is_active"],
        )


def _with(choices: list[tuple[str, str]], held: Sequence[str]) -> list[tuple[str, str]]:
    """Keep what is chosen already, though the city no longer offers it."""
    offered = {code for code, _label in choices}
    return [*choices, *((code, code) for code in held if code not in offered)]


class OrderForm(ChangeForm):
    """Move a rule up or down."""

    shown = forms.CharField(widget=forms.HiddenInput, max_length=40_000)


class TryForm(PlainForm):
    """Which unit a report would go to."""

    category = forms.ChoiceField(label=lazy("Kind of report"))
    district = forms.ChoiceField(label=lazy("District"), required=False)
    channel = forms.ChoiceField(label=lazy("It comes"), choices=list(CHANNELS.items()))
    text = forms.CharField(label=lazy("Words of the report"), required=False, max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, options in (
            ("category", category_choices()),
            ("district", [("", _("Not known")), *district_choices()]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = options
