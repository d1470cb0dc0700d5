"""Filters that staff keep: whose they are, what they count, and two who change them at once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from commonweal.cases import actions, queries
from commonweal.cases.errors import (
    FilterNameTaken,
    FilterUnnamed,
    NoSuchFilter,
    TooManyFilters,
)
from commonweal.cases.models import SavedFilter as Row
from commonweal.cases.queries import lists
from commonweal.cases.types import (
    MOST_FILTERS,
    Choice,
    Count,
    Gone,
    SavedFilter,
    Show,
    State,
)
from commonweal.kernel.errors import ChangedSinceYouLooked, NotAllowed, UnsearchableText
from commonweal.kernel.types import ANONYMOUS, Actor, Role
from tests.factories.cases import NOW, Town, reported, staff, town

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def here() -> Town:
    return town()


def keep(by: Actor, name: str = "Lamps", choice: Choice | None = None) -> SavedFilter:
    return actions.keep_filter(name=name, choice=choice or Choice(), by=by, at=NOW, share_with=None)


class TestKeeping:
    def test_a_choice_comes_back_as_it_was(self, here: Town) -> None:
        officer = here.officer
        choice = Choice(
            text="街燈 bridge",
            state=State.RECEIVED,
            category_id=here.lamp.id,
            district_id=here.north.id,
            unit_id=here.roads.id,
            show=Show.ALL,
        )

        kept = keep(officer, "  Dark \n lamps ", choice)

        [again] = queries.saved_filters(by=officer)
        assert again == kept
        assert (again.name, again.choice, again.gone) == ("Dark lamps", choice, ())

    def test_it_is_its_owners_only(self, here: Town) -> None:
        kept = keep(here.officer)

        assert queries.saved_filters(by=here.officer) == []  # another officer of the same unit
        with pytest.raises(NoSuchFilter):
            queries.saved_filter(kept.id, by=here.lead)
        with pytest.raises(NoSuchFilter):
            actions.drop_filter(filter_id=kept.id, seen=1, by=here.lead)

    def test_sent_twice_it_is_kept_once(self, here: Town) -> None:
        officer = here.officer

        first, second = keep(officer), keep(officer)

        assert first == second
        assert Row.objects.count() == 1

    def test_a_name_means_one_choice(self, here: Town) -> None:
        officer = here.officer
        keep(officer)

        with pytest.raises(FilterNameTaken):
            keep(officer, choice=Choice(show=Show.MINE))

    @pytest.mark.parametrize("name", ["", " \n\t"])
    def test_it_needs_a_name(self, here: Town, name: str) -> None:
        with pytest.raises(FilterUnnamed):
            keep(here.officer, name)

    def test_words_that_find_nothing_are_not_kept(self, here: Town) -> None:
        with pytest.raises(UnsearchableText):
            keep(here.officer, choice=Choice(text="?!"))

    def test_a_list_has_an_end(self, here: Town) -> None:
        officer = here.officer
        for number in range(MOST_FILTERS):
            keep(officer, f"filter {number}")

        with pytest.raises(TooManyFilters):
            keep(officer, "one more")

    @pytest.mark.parametrize("by", [ANONYMOUS, staff(Role.RESIDENT)])
    def test_who_sees_no_cases_keeps_no_filters(self, by: Actor) -> None:
        with pytest.raises(NotAllowed):
            keep(by)


class TestSharing:
    def test_a_lead_shares_with_the_unit(self, here: Town) -> None:
        kept = actions.keep_filter(
            name="Lamps", choice=Choice(), share_with=here.roads.id, by=here.lead, at=NOW
        )

        assert queries.saved_filters(by=here.officer) == [kept]
        assert queries.saved_filters(by=staff(Role.OFFICER, here.other.id)) == []
        assert queries.may_change(kept, here.lead)
        assert not queries.may_change(kept, here.officer)

    def test_a_unit_below_sees_what_the_unit_above_shares(self, here: Town) -> None:
        lead = staff(Role.LEAD, here.centre.id)
        actions.keep_filter(name="All", choice=Choice(), share_with=here.centre.id, by=lead, at=NOW)

        assert [card.name for card in queries.saved_filters(by=here.officer)] == ["All"]

    @pytest.mark.parametrize("role", [Role.OFFICER, Role.LEAD])
    def test_nobody_else_shares(self, here: Town, role: Role) -> None:
        unit = here.roads if role is Role.OFFICER else here.other

        with pytest.raises(NotAllowed):
            actions.keep_filter(
                name="x",
                choice=Choice(),
                share_with=here.roads.id,
                by=staff(role, unit.id),
                at=NOW,
            )

        assert queries.shares_with(here.officer) == []
        assert queries.shares_with(here.lead) == [here.roads.id]

    def test_an_officer_cannot_change_what_a_lead_shares(self, here: Town) -> None:
        kept = actions.keep_filter(
            name="Lamps", choice=Choice(), share_with=here.roads.id, by=here.lead, at=NOW
        )

        for act in (
            lambda: actions.rename_filter(filter_id=kept.id, name="x", seen=1, by=here.officer),
            lambda: actions.move_filter(filter_id=kept.id, up=True, seen=1, by=here.officer),
            lambda: actions.drop_filter(filter_id=kept.id, seen=1, by=here.officer),
        ):
            with pytest.raises(NotAllowed):
                act()
        actions.rename_filter(filter_id=kept.id, name="Dark", seen=1, by=here.lead)
        assert [card.name for card in queries.saved_filters(by=here.officer)] == ["Dark"]


class TestChanging:
    def test_a_new_name_is_seen_and_a_stale_one_is_refused(self, here: Town) -> None:
        officer = here.officer
        kept = keep(officer)

        actions.rename_filter(filter_id=kept.id, name="Dark", seen=1, by=officer)

        with pytest.raises(ChangedSinceYouLooked):
            actions.rename_filter(filter_id=kept.id, name="Light", seen=1, by=officer)
        with pytest.raises(ChangedSinceYouLooked):
            actions.drop_filter(filter_id=kept.id, seen=1, by=officer)
        assert [card.name for card in queries.saved_filters(by=officer)] == ["Dark"]

    def test_a_name_that_is_taken_is_refused_and_nothing_is_lost(self, here: Town) -> None:
        officer = here.officer
        keep(officer, "a")
        other = keep(officer, "b")

        with pytest.raises(FilterNameTaken):
            actions.rename_filter(filter_id=other.id, name="a", seen=1, by=officer)

        assert [card.name for card in queries.saved_filters(by=officer)] == ["a", "b"]

    @pytest.mark.parametrize(
        ("which", "up", "order"),
        [("c", True, "acb"), ("a", False, "bac"), ("a", True, "abc"), ("c", False, "abc")],
    )
    def test_they_stand_in_the_order_one_gives(
        self, here: Town, which: str, order: str, *, up: bool
    ) -> None:
        officer = here.officer
        kept = {name: keep(officer, name) for name in "abc"}

        actions.move_filter(filter_id=kept[which].id, up=up, seen=1, by=officer)

        assert "".join(card.name for card in queries.saved_filters(by=officer)) == order

    def test_deleted_it_is_gone(self, here: Town) -> None:
        officer = here.officer
        kept = keep(officer)

        actions.drop_filter(filter_id=kept.id, seen=1, by=officer)

        with pytest.raises(NoSuchFilter):
            actions.drop_filter(filter_id=kept.id, seen=1, by=officer)

    def test_what_nobody_uses_is_forgotten(self, here: Town) -> None:
        officer = here.officer
        used, unused = keep(officer, "used"), keep(officer, "unused")
        later = NOW + timedelta(days=400)

        actions.filter_used(used, at=later)
        gone = actions.forget_filters(unused_since=(NOW + timedelta(days=1)).date())

        assert gone == 1
        assert [card.name for card in queries.saved_filters(by=officer)] == ["used"]
        assert unused.used_on == NOW.date()


class TestCounting:
    def test_each_counts_what_its_list_shows(self, here: Town) -> None:
        officer = here.officer
        first = reported(here.lamp, text="橋頭的路燈壞了")
        reported(here.lamp, text="The bin is full")
        reported(here.private)  # of another unit
        actions.answer(case_id=first.case_id, text="Done", seen=1, by=officer, at=NOW)
        kept = {
            "open": keep(officer, "open"),
            "all": keep(officer, "all", Choice(show=Show.ALL)),
            "words": keep(officer, "words", Choice(show=Show.ALL, text="桥头 路灯")),
            "state": keep(officer, "state", Choice(state=State.ANSWERED)),
            "main kind": keep(
                officer, "kind", Choice(category_id=here.lamp.parent_id, show=Show.ALL)
            ),
            "elsewhere": keep(officer, "unit", Choice(unit_id=here.other.id, show=Show.ALL)),
        }

        counted = queries.filter_counts(list(kept.values()), by=officer, at=NOW)

        assert {name: counted[card.id] for name, card in kept.items()} == {
            name: Count(total=total, is_more=False)
            for name, total in {
                "open": 1,
                "all": 2,
                "words": 1,
                "state": 1,
                "main kind": 2,
                "elsewhere": 0,
            }.items()
        }
        for card in kept.values():
            page = queries.listing(queries.chosen(card.choice, by=officer), at=NOW)
            assert Count(total=page.total, is_more=False) == counted[card.id]

    def test_it_is_counted_up_to_a_limit(self, here: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lists, "MOST_COUNTED", 2)
        for _ in range(3):
            reported(here.lamp)
        kept = keep(here.officer)

        counted = queries.filter_counts([kept], by=here.officer, at=NOW)

        assert counted == {kept.id: Count(total=2, is_more=True)}

    def test_my_cases_are_those_of_whoever_looks(self, here: Town) -> None:
        lead, receipt = here.lead, reported(here.lamp)
        kept = actions.keep_filter(
            name="Mine",
            choice=Choice(show=Show.MINE),
            share_with=here.roads.id,
            by=lead,
            at=NOW,
        )
        officer = here.officer
        actions.start(case_id=receipt.case_id, seen=1, by=officer, at=NOW)

        assert queries.filter_counts([kept], by=officer, at=NOW)[kept.id] == Count(
            total=1, is_more=False
        )
        assert queries.filter_counts([kept], by=lead, at=NOW)[kept.id] == Count(
            total=0, is_more=False
        )

    def test_a_filter_says_what_it_names_and_is_gone(self, here: Town) -> None:
        officer = here.officer
        kept = keep(officer)
        Row.objects.filter(pk=kept.id).update(category_id=uuid4(), unit_id=uuid4())

        [card] = queries.saved_filters(by=officer)

        assert card.gone == (Gone.CATEGORY, Gone.UNIT)
        assert queries.filter_counts([card], by=officer, at=NOW) == {card.id: None}

    def test_a_role_that_sees_all_counts_all(self, here: Town) -> None:
        reported(here.lamp)
        reported(here.private)
        dispatcher = staff(Role.DISPATCHER)

        kept = keep(dispatcher)

        assert queries.filter_counts([kept], by=dispatcher, at=NOW)[kept.id] == Count(
            total=2, is_more=False
        )

    def test_every_choice_is_found_by_an_index(self, here: Town) -> None:
        """At a million cases none of these reads the cases from end to end."""
        sees_all = staff(Role.DISPATCHER)
        if connection.vendor == "postgresql":  # an empty table is else read whole
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")
        by_index = {
            "open_cases_of_a_category": Choice(category_id=here.lamp.id),
            "open_cases_of_a_district": Choice(district_id=here.north.id),
            "open_cases_of_a_unit": Choice(unit_id=here.roads.id),
            "cases_in_a_state": Choice(state=State.WITHDRAWN, show=Show.ALL),
            "cases_of_a_handler": Choice(show=Show.MINE),
            "open_cases_by_promise": Choice(show=Show.OVERDUE),
            "cases_of_a_category": Choice(category_id=here.lamp.id, show=Show.ALL),
            "cases_of_a_district": Choice(district_id=here.north.id, show=Show.ALL),
            "cases_of_a_unit": Choice(unit_id=here.roads.id, show=Show.ALL),
        }

        plans = {
            index: lists._filtered(queries.chosen(choice, by=sees_all), lists.STAFF_INDEX, NOW)
            .values("pk")
            .explain()
            for index, choice in by_index.items()
        }

        if connection.vendor == "sqlite":
            assert {index: plan for index, plan in plans.items() if index not in plan} == {}
        else:  # without figures of the table any of several will do
            led = ("Index Cond", " using open_cases_")
            assert [plan for plan in plans.values() if not any(sign in plan for sign in led)] == []
