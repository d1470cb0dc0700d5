"""Who may, when, and how a report is read; no database."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.cases import rules
from commonweal.cases.errors import (
    AnswerMissing,
    AnswerWrong,
    BadCode,
    BadContact,
    BadQuestions,
    DateToCome,
    EmptyText,
    ImpossibleDate,
    ImpossiblePoint,
    NotYourCase,
    PlaceMissing,
    ReasonMissing,
    TextTooLong,
    UnreadableText,
    WrongMove,
)
from commonweal.cases.types import (
    Act,
    ContactDraft,
    Place,
    Question,
    QuestionKind,
    Review,
    RuleCard,
    State,
)
from commonweal.kernel.errors import NotAllowed
from commonweal.kernel.types import Actor, ActorKind, Channel, Grant, Role

UNIT, OTHER = UUID(int=1), UUID(int=2)
TODAY = date(2026, 3, 9)


def actor(*roles: Role, unit: UUID | None = UNIT) -> Actor:
    return Actor(
        kind=ActorKind.PERSON,
        id=uuid4(),
        grants=frozenset(Grant(role, unit) for role in roles),
        units=frozenset({unit} if unit else ()),
    )


class TestMoves:
    def test_the_table_is_total(self) -> None:
        assert set(rules.MOVES) == set(State)

    def test_every_state_can_be_reached_from_the_first(self) -> None:
        reached, edge = {State.RECEIVED}, {State.RECEIVED}
        while edge:
            edge = {to for state in edge for to in rules.MOVES[state]} - reached
            reached |= edge

        assert reached == set(State)

    def test_every_open_case_can_still_be_answered(self) -> None:
        assert all(State.ANSWERED in rules.MOVES[state] for state in rules.OPEN)

    def test_only_what_was_confirmed_or_withdrawn_is_final(self) -> None:
        final = {state for state, to in rules.MOVES.items() if not to}

        assert final == {State.CONFIRMED, State.WITHDRAWN}

    def test_every_end_that_the_city_gives_can_be_contested(self) -> None:
        assert {State.ANSWERED, State.NOT_OURS, State.CANNOT} == rules.JUDGEABLE

    @pytest.mark.parametrize(("state", "to"), list(product(State, State)))
    def test_the_check_says_what_the_table_says(self, state: State, to: State) -> None:
        if to in rules.MOVES[state]:
            rules.check_move(state, to)
        else:
            with pytest.raises(WrongMove):
                rules.check_move(state, to)


class TestMay:
    def test_every_role_has_its_line(self) -> None:
        assert set(rules.MAY) == set(Role)

    @pytest.mark.parametrize(("role", "act"), list(product(Role, Act)))
    def test_own_means_own(self, role: Role, act: Act) -> None:
        who, reach = actor(role), rules.MAY[role].get(act)

        assert rules.may(who, act, UNIT) == (reach is not None)
        assert rules.may(who, act, OTHER) == (reach == rules.ANY)

    def test_a_role_in_one_unit_gives_nothing_in_another(self) -> None:
        both = Actor(
            kind=ActorKind.PERSON,
            grants=frozenset({Grant(Role.OFFICER, UNIT), Grant(Role.LEAD, OTHER)}),
            units=frozenset({UNIT, OTHER}),
        )

        assert rules.may(both, Act.ANSWER, UNIT)
        assert not rules.may(both, Act.ASSIGN, UNIT)
        assert rules.may(both, Act.ASSIGN, OTHER)

    def test_a_role_reaches_the_units_below(self) -> None:
        above = Actor(
            kind=ActorKind.PERSON,
            grants=frozenset({Grant(Role.OFFICER, OTHER)}),
            below={OTHER: frozenset({OTHER, UNIT})},
        )

        assert rules.may(above, Act.ANSWER, UNIT)

    def test_a_stranger_learns_nothing_and_a_colleague_the_next_step(self) -> None:
        with pytest.raises(NotAllowed):
            rules.check_may(actor(Role.RESIDENT, unit=None), Act.ANSWER, UNIT)
        with pytest.raises(NotYourCase):
            rules.check_may(actor(Role.OFFICER), Act.ANSWER, OTHER)

    def test_only_an_administrator_sets_up(self) -> None:
        rules.check_configure(actor(Role.ADMINISTRATOR, unit=None))
        with pytest.raises(NotAllowed):
            rules.check_configure(actor(Role.LEAD))


class TestTexts:
    @given(st.text())
    def test_a_kept_text_is_stable_or_refused(self, raw: str) -> None:
        try:
            kept = rules.clean_text(raw)
        except (UnreadableText, TextTooLong):
            return
        assert rules.clean_text(kept) == kept

    def test_emoji_and_right_to_left_stay(self) -> None:
        assert rules.needed_text(" 路燈壞了 🔦 שלום \r\n مرحبا ") == "路燈壞了 🔦 שלום \n مرحبا"

    def test_marks_that_turn_the_words_of_others_around_go(self) -> None:
        assert rules.clean_text("\x01 fixed \u202egnorw\u202c \u2067שלום\u2069") == (
            "fixed gnorw \u2067שלום\u2069"
        )

    @pytest.mark.parametrize("raw", ["a\x00b", "\ud800"])
    def test_what_cannot_be_stored_is_refused(self, raw: str) -> None:
        with pytest.raises(UnreadableText):
            rules.clean_text(raw)

    def test_nothing_and_too_much_are_refused_with_their_measure(self) -> None:
        with pytest.raises(EmptyText):
            rules.needed_text(" \n\t ")
        with pytest.raises(ReasonMissing):
            rules.needed_reason("")
        with pytest.raises(TextTooLong, match="5001 characters; we can take 5000"):
            rules.needed_text("字" * 5001)


class TestPlace:
    @pytest.mark.parametrize(
        "place",
        [
            Place(lat=1.0),
            Place(lat=91.0, lng=0.0),
            Place(lat=0.0, lng=181.0),
            Place(lat=float("nan"), lng=0.0),
            Place(lat=float("inf"), lng=0.0),
        ],
    )
    def test_a_point_that_is_none_is_refused(self, place: Place) -> None:
        with pytest.raises(ImpossiblePoint):
            rules.check_place(place, needs_place=False)

    def test_words_or_district_or_landmark_or_pin_will_do(self) -> None:
        for place in (
            Place(words="by the bridge"),
            Place(district_id=UNIT),
            Place(landmark_id=UNIT),
            Place(lat=22.1, lng=114.1),
        ):
            rules.check_place(place, needs_place=True)
        with pytest.raises(PlaceMissing):
            rules.check_place(Place(words="  "), needs_place=True)
        rules.check_place(Place(), needs_place=False)


class TestDates:
    def test_tomorrow_elsewhere_is_today_there(self) -> None:
        rules.check_happened(TODAY + timedelta(days=1), today=TODAY)
        rules.check_happened(None, today=TODAY)

    @pytest.mark.parametrize("on", [date(1066, 10, 14), TODAY + timedelta(days=2), date.max])
    def test_ancient_and_future_days_are_refused(self, on: date) -> None:
        with pytest.raises(ImpossibleDate):
            rules.check_happened(on, today=TODAY)

    def test_a_plan_lies_ahead(self) -> None:
        rules.check_plan(TODAY, today=TODAY)
        for on in (TODAY - timedelta(days=1), TODAY + timedelta(days=731)):
            with pytest.raises(DateToCome):
                rules.check_plan(on, today=TODAY)


class TestContact:
    @pytest.mark.parametrize(
        "contact",
        [
            ContactDraft(mail="a@b"),
            ContactDraft(mail="a b@c.de"),
            ContactDraft(mail="a@b.cd\nBcc: x@y.zz"),
            ContactDraft(mail="x" * 250 + "@b.cd"),
            ContactDraft(phone="call me"),
            ContactDraft(phone="()()()"),
        ],
    )
    def test_what_cannot_be_reached_is_refused(self, contact: ContactDraft) -> None:
        with pytest.raises(BadContact):
            rules.check_contact(contact)

    def test_no_contact_is_fine(self) -> None:
        rules.check_contact(ContactDraft())
        rules.check_contact(ContactDraft(mail="李四@例子.公司", phone="+852 2345 6789"))


LAMP = Question(
    code="how-many",
    kind=QuestionKind.CHOICE,
    words={"en": "How many lamps?"},
    is_required=True,
    options=(("one", {"en": "One"}), ("several", {"en": "Several"})),
)
WHICH = Question(
    code="which",
    kind=QuestionKind.TEXT,
    words={"en": "Which ones?"},
    is_required=True,
    after="how-many",
    after_is=("several",),
)


class TestQuestions:
    def test_a_branch_not_taken_asks_nothing(self) -> None:
        kept = rules.read_answers([LAMP, WHICH], {"how-many": "one", "which": "x"}, language="en")

        assert kept == {"how-many": "one"}

    def test_a_branch_taken_wants_its_answer(self) -> None:
        with pytest.raises(AnswerMissing, match="Which ones"):
            rules.read_answers([LAMP, WHICH], {"how-many": "several"}, language="en")

    @pytest.mark.parametrize(
        ("kind", "raw"),
        [
            (QuestionKind.YES_NO, "maybe"),
            (QuestionKind.NUMBER, "many"),
            (QuestionKind.NUMBER, "nan"),
            (QuestionKind.DATE, "31.12.2026"),
            (QuestionKind.CHOICE, "three"),
            (QuestionKind.SEVERAL, ["one", "three"]),
        ],
    )
    def test_an_answer_of_another_kind_is_refused(self, kind: QuestionKind, raw: object) -> None:
        with pytest.raises(AnswerWrong):
            rules.read_answers([replace(LAMP, kind=kind)], {"how-many": raw}, language="en")

    @pytest.mark.parametrize(
        ("kind", "raw", "kept"),
        [
            (QuestionKind.YES_NO, "yes", "yes"),
            (QuestionKind.NUMBER, " 3,5 ", "3,5"),
            (QuestionKind.DATE, "2026-02-28", "2026-02-28"),
            (QuestionKind.SEVERAL, ["several", "one", "one"], ["one", "several"]),
            (QuestionKind.SEVERAL, "one", ["one"]),
            (QuestionKind.TEXT, " at the bridge ", "at the bridge"),
        ],
    )
    def test_an_answer_is_kept_in_its_kind(
        self, kind: QuestionKind, raw: object, kept: object
    ) -> None:
        said = rules.read_answers([replace(LAMP, kind=kind)], {"how-many": raw}, language="en")

        assert said == {"how-many": kept}

    @pytest.mark.parametrize(
        ("questions", "problem"),
        [
            ([LAMP, LAMP], "used twice"),
            ([replace(LAMP, words={})], "no words"),
            ([replace(LAMP, options=())], "at least one option"),
            ([WHICH, LAMP], "does not come before"),
            ([LAMP, replace(WHICH, after_is=("four",))], "does not have"),
            (
                [
                    replace(LAMP, kind=QuestionKind.YES_NO),
                    replace(WHICH, after_is=("several",)),
                ],
                "does not have",
            ),
        ],
    )
    def test_questions_that_cannot_be_asked_are_refused(
        self, questions: list[Question], problem: str
    ) -> None:
        with pytest.raises(BadQuestions, match=problem):
            rules.check_questions(questions)

    def test_a_code_is_plain(self) -> None:
        rules.check_questions([LAMP, WHICH])
        with pytest.raises(BadCode):
            rules.check_questions([replace(LAMP, code="How many")])


def rule(**conditions: object) -> RuleCard:
    values: dict[str, object] = {
        "id": uuid4(),
        "order": 1,
        "names": {"en": "a rule"},
        "categories": (),
        "districts": (),
        "channels": (),
        "words": (),
        "unit_id": UNIT,
        "is_active": True,
        "version": 3,
    }
    return RuleCard(**{**values, **conditions})  # type: ignore[arg-type]  # a table of a test


def unit_for(
    rules_: list[RuleCard], text: str = "", **facts: object
) -> tuple[UUID, tuple[str, ...]]:
    said: dict[str, object] = {
        "category": ("lamp", "roads"),
        "district": "north",
        "channel": Channel.WEB,
    }
    decision = rules.route(
        rules_,
        text=text,
        fallback=OTHER,
        **{**said, **facts},  # type: ignore[arg-type]  # a table of a test
    )
    return decision.unit_id, decision.because


class TestRouting:
    def test_the_first_rule_of_which_all_holds_decides(self) -> None:
        first = rule(categories=("lamp",), districts=("south",), unit_id=OTHER)
        second = rule(categories=("roads",), districts=("north",), channels=(Channel.WEB,))

        assert unit_for([first, second]) == (
            UNIT,
            ("category:roads", "district:north", "channel:web"),
        )

    def test_words_are_found_in_either_script_and_as_whole_words(self) -> None:
        cable = rule(words=("cable", "電線"))

        assert unit_for([cable], "a Cable hangs") == (UNIT, ("word:cable",))
        assert unit_for([cable], "电线掉下来了") == (UNIT, ("word:電線",))
        assert unit_for([cable], "cablecar")[0] == OTHER

    def test_without_a_rule_the_fallback_answers(self) -> None:
        off = rule(is_active=False)
        phone = rule(channels=(Channel.PHONE,))
        blank = rule(words=("?",))

        assert unit_for([off, phone, blank]) == (OTHER, ("fallback",))
        assert unit_for([], district=None) == (OTHER, ("fallback",))

    def test_a_rule_without_conditions_always_holds(self) -> None:
        assert unit_for([rule()]) == (UNIT, ("always",))

    def test_a_rule_behind_a_wider_one_is_named(self) -> None:
        wide, narrow = rule(categories=("lamp", "bin")), rule(categories=("lamp",), words=("x",))
        other = rule(districts=("north",))

        assert rules.shadowed([wide, narrow, other]) == [(narrow.id, wide.id)]


def test_a_private_kind_shows_only_the_quarter() -> None:
    assert rules.street_level(22.123456, Review.AFTER_REVIEW) == 22.1235
    assert rules.street_level(22.123456, Review.NEVER) == 22.123
    assert rules.street_level(None, Review.NEVER) is None
