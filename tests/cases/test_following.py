"""Who follows a case or an area hears of what everybody sees, and of nothing else."""

import math
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from commonweal.cases import actions, handlers, queries
from commonweal.cases.actions import following
from commonweal.cases.events import CaseMoved
from commonweal.cases.types import (
    CELL_LEVEL,
    Foreign,
    Place,
    Receipt,
    State,
    cell_of,
    cells_around,
)
from commonweal.identity import actions as identity
from commonweal.identity import queries as people
from commonweal.kernel.actions import run_waiting
from commonweal.kernel.models import Job
from commonweal.kernel.queries import clock
from commonweal.kernel.types import Channel
from commonweal.messages import actions as messages
from commonweal.messages import queries as told
from commonweal.messages.types import FollowKind, Rhythm, Target
from commonweal.methods.geo import haversine_m
from tests.factories.cases import (
    ADMINISTRATOR,
    NOW,
    Town,
    card,
    reported,
    reporter,
    town,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SECRET = "My neighbour Bert did it"
DIGEST = NOW + timedelta(days=1)  # Tuesday: after the digest hour of that day


@pytest.fixture
def here() -> Town:
    return town()


def follower(
    target: Target, rhythm: Rhythm = Rhythm.AT_ONCE, *, mail_: str = "fen@example.org", **more: Any
) -> UUID:
    """Somebody follows this; give the contact."""
    at = more.pop("at", NOW - timedelta(days=1))
    contact = identity.contact_to_follow(mail=mail_, language=more.get("language", "en"), at=at)
    messages.follow(contact_id=contact, target=target, rhythm=rhythm, at=at)
    return contact


def of_case(receipt: Receipt) -> Target:
    return Target(kind=FollowKind.CASE, subject=f"case:{receipt.case_id.hex}")


def of_north(here: Town, **more: Any) -> Target:
    return Target(kind=FollowKind.DISTRICT, subject=f"district:{here.north.id.hex}", **more)


def around(metres: int = 500, lat: float = 22.05, lng: float = 114.05, **more: Any) -> Target:
    return Target(kind=FollowKind.CIRCLE, lat=lat, lng=lng, metres=metres, **more)


def letters(to: str = "fen@example.org") -> list[EmailMessage]:
    """Let everything happen, and give what one mailbox got."""
    run_waiting(clock=clock)
    return [one for one in mail.outbox if one.to == [to]]


def answered(here: Town, receipt: Receipt, text: str = "A new bulb is in.") -> None:
    actions.answer(
        case_id=receipt.case_id, text=text, seen=card(receipt).version, by=here.officer, at=NOW
    )


class TestACase:
    def test_each_step_is_told_with_published_words_only(self, here: Town) -> None:
        receipt = reported(here.lamp, text=SECRET)
        follower(of_case(receipt))

        answered(here, receipt)
        actions.contest(reporter=reporter(receipt), text=SECRET, at=NOW)

        first, second = letters()
        assert first.subject == f"Report {receipt.number} (Street lamp): Answered"
        assert "A new bulb is in." in str(first.body)
        assert f"/cases/{receipt.number}/" in str(first.body)
        assert "Answer contested" in second.subject
        for letter in (first, second):
            assert SECRET not in str(letter.body)
            assert receipt.key not in str(letter.body)
            assert "ada@example.org" not in str(letter.message())

    def test_the_follower_reads_in_the_own_language(self, here: Town) -> None:
        receipt = reported(here.lamp)
        follower(of_case(receipt), language="zh-Hant")

        answered(here, receipt)

        (letter,) = letters()
        assert "已答覆" in letter.subject

    def test_each_mail_is_ended_by_one_click(self, here: Town) -> None:
        receipt = reported(here.lamp)
        contact = follower(of_case(receipt))
        follower(of_north(here), Rhythm.DAILY)
        answered(here, receipt)

        (letter,) = letters()

        link = letter.extra_headers["List-Unsubscribe"].strip("<>")
        assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        messages.stop_following(token=link.rstrip("/").rpartition("/")[2])
        assert [one.target for one in told.follows([contact])] == [of_north(here)]

    def test_nobody_follows_and_no_row_is_written(self, here: Town) -> None:
        receipt, other = reported(here.lamp), reported(here.lamp)
        follower(of_case(other))

        answered(here, receipt)
        before = Job.objects.filter(handler="cases.handlers.tell_followers").count()
        answered(here, other)

        rows = Job.objects.filter(handler="cases.handlers.tell_followers")
        assert (before, rows.count()) == (0, 1)

    def test_many_followers_are_told_some_at_a_time_and_each_once(
        self, here: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(following, "FOLLOWERS_AT_ONCE", 3)
        receipt = reported(here.lamp)
        boxes = {f"f{number}@example.org" for number in range(7)}
        for box in boxes:
            follower(of_case(receipt), mail_=box)

        answered(here, receipt)
        run_waiting(clock=clock)

        got = [one.to[0] for one in mail.outbox if one.to[0] in boxes]
        assert sorted(got) == sorted(boxes)

    def test_an_answer_taken_down_before_the_mail_leaves_is_not_told(self, here: Town) -> None:
        receipt = reported(here.lamp)
        follower(of_case(receipt))
        answered(here, receipt, "Call Ms Lin at home: 2345 6789")
        (job,) = Job.objects.filter(handler="cases.handlers.tell_followers")
        handlers.tell_followers(CaseMoved.from_json(job.payload))  # type: ignore[arg-type]
        Job.objects.filter(name="messages.MessageQueued").update(priority=9)  # a slow post

        taken_down(here, receipt)

        assert letters() == []

    def test_an_answer_taken_down_before_anybody_looked_is_not_told(self, here: Town) -> None:
        receipt = reported(here.lamp)
        follower(of_case(receipt))
        answered(here, receipt, "Call Ms Lin at home: 2345 6789")

        taken_down(here, receipt)

        assert all("2345" not in str(letter.body) for letter in letters())


def taken_down(here: Town, receipt: Receipt) -> None:
    """Take the one answer of a case away from the public."""
    (word,) = queries.words(receipt.case_id, only_public=True)
    actions.take_down_word(
        word_id=word.id, reason="names her", seen=card(receipt).version, by=here.lead, at=NOW
    )


class TestAnArea:
    def test_a_district_is_told_once_a_day_in_one_mail(self, here: Town) -> None:
        follower(of_north(here), Rhythm.DAILY)
        first, second = reported(here.lamp, text=SECRET), reported(here.lamp)
        reported(here.lamp, place=Place(lat=48.0, lng=2.0))
        answered(here, second)

        sent = actions.tell_areas(at=DIGEST), actions.tell_areas(at=DIGEST)
        (letter,) = letters()

        body = str(letter.body)
        assert sent == (1, 0)
        assert letter.subject == "Test Town: news of 2 report(s) in the areas you follow"
        assert "Street lamp · North – Answered\n" in body
        assert "Street lamp · North – Received\n" in body
        assert {first.number, second.number} == set(re.findall(r"/cases/([^/\n]+)/\n", body))
        for private in (SECRET, first.key, "ada@example.org", "A new bulb"):
            assert private not in body

    def test_nothing_new_is_no_mail_and_is_not_asked_again(self, here: Town) -> None:
        follower(of_north(here), Rhythm.DAILY)

        assert actions.tell_areas(at=DIGEST) == 0
        until = told.told_up_to(Rhythm.DAILY, at=DIGEST)
        assert told.areas_to_tell(Rhythm.DAILY, before=until, contacts=5) == []

    def test_what_a_digest_told_the_next_does_not(self, here: Town) -> None:
        follower(of_north(here), Rhythm.DAILY)
        receipt = reported(here.lamp)
        actions.tell_areas(at=DIGEST)
        quiet = actions.tell_areas(at=DIGEST + timedelta(days=1))
        actions.answer(
            case_id=receipt.case_id,
            text="Done",
            seen=card(receipt).version,
            by=here.officer,
            at=DIGEST + timedelta(days=1, minutes=1),
        )

        later = actions.tell_areas(at=DIGEST + timedelta(days=2))

        assert (quiet, later) == (0, 1)

    def test_a_week_is_told_on_monday(self, here: Town) -> None:
        follower(of_north(here), Rhythm.WEEKLY)
        reported(here.lamp)

        days = [actions.tell_areas(at=NOW + timedelta(days=day)) for day in range(1, 9)]

        assert days == [0, 0, 0, 0, 0, 0, 1, 0]

    @pytest.mark.parametrize(
        ("target", "is_told"),
        [
            (around(500, 22.05, 114.0545), True),  # some 460 metres away
            (around(250, 22.05, 114.0545), False),
            (around(2000, 22.05, 114.065), True),  # from the next cell
            (around(500, 22.07, 114.05), False),
        ],
    )
    def test_a_circle_holds_what_lies_within(
        self, here: Town, target: Target, is_told: bool
    ) -> None:
        follower(target, Rhythm.DAILY)
        reported(here.lamp)

        assert actions.tell_areas(at=DIGEST) == is_told

    def test_a_kind_and_what_stands_below_it(self, here: Town) -> None:
        assert here.lamp.parent_id is not None
        follower(of_north(here, category_id=here.lamp.parent_id), Rhythm.DAILY, mail_="a@b.org")
        follower(of_north(here, category_id=here.private.id), Rhythm.DAILY, mail_="c@b.org")
        follower(around(category_id=here.lamp.id), Rhythm.DAILY, mail_="d@b.org")
        reported(here.lamp)

        assert actions.tell_areas(at=DIGEST) == 2
        assert [len(letters(box)) for box in ("a@b.org", "c@b.org", "d@b.org")] == [1, 0, 1]

    def test_what_lies_in_two_areas_of_one_follower_is_told_once(self, here: Town) -> None:
        contact = follower(of_north(here), Rhythm.DAILY)
        assert follower(around(), Rhythm.DAILY) == contact
        reported(here.lamp)

        actions.tell_areas(at=DIGEST)

        (letter,) = letters()
        assert "news of 1 report(s)" in letter.subject

    def test_a_circle_sees_a_private_kind_only_where_everybody_does(self, here: Town) -> None:
        follower(around(250, 22.0515, 114.0495), Rhythm.DAILY)  # the very place is within
        reported(here.private, place=Place(lat=22.04949, lng=114.0495))

        assert actions.tell_areas(at=DIGEST) == 0

    def test_an_old_report_brought_in_from_elsewhere_is_no_news(self, here: Town) -> None:
        follower(of_north(here), Rhythm.DAILY)
        foreign = Foreign(
            source="elsewhere",
            source_id="1",
            row_digest="0" * 64,
            category_id=here.lamp.id,
            unit_id=None,
            state=State.ANSWERED,
            received=NOW - timedelta(days=900),
            closed=NOW - timedelta(days=600),
            place=Place(lat=22.05, lng=114.05),
            channel=Channel.IMPORT,
        )
        actions.import_cases(foreign=[foreign], file_digest="0" * 64, by=ADMINISTRATOR, at=NOW)

        assert actions.tell_areas(at=DIGEST) == 0

    def test_a_change_of_a_case_does_nothing_for_areas(self, here: Town) -> None:
        receipt = reported(here.lamp)
        for number in range(20):
            follower(around(), Rhythm.DAILY, mail_=f"f{number}@example.org")
        before = Job.objects.count()

        answered(here, receipt)

        handlers_ = Job.objects.order_by("id").values_list("handler", flat=True)[before:]
        assert not [name for name in handlers_ if "follow" in name or "area" in name]

    def test_a_place_is_read_once_for_all_who_follow_there(self, here: Town) -> None:
        reported(here.lamp)
        reads = []
        for count in (1, 30):
            for number in range(count):
                follower(around(), Rhythm.DAILY, mail_=f"f{count}-{number}@example.org")
                follower(of_north(here), Rhythm.DAILY, mail_=f"f{count}-{number}@example.org")
            with CaptureQueriesContext(connection) as seen:
                assert actions.tell_areas(at=DIGEST) == count
            reads.append(sum("changed_at" in one["sql"] for one in seen.captured_queries))

        assert reads[0] == reads[1] > 0

    def test_who_was_erased_is_told_nothing(self, here: Town) -> None:
        contact = follower(of_north(here), Rhythm.DAILY)
        reported(here.lamp)

        identity.forget_contact(contact_id=contact)

        assert actions.tell_areas(at=DIGEST) == 0
        assert letters() == []


class TestContacts:
    def test_a_follower_is_never_the_contact_of_a_report(self, here: Town) -> None:
        receipt = reported(here.lamp)

        contact = follower(of_case(receipt), mail_="ada@example.org")

        assert contact != queries.contact_of(receipt.case_id)
        assert follower(of_north(here), Rhythm.DAILY, mail_="ADA@example.org") == contact

    def test_the_contact_of_a_follower_is_kept_as_long_as_it_follows(self, here: Town) -> None:
        contact = follower(of_north(here), Rhythm.DAILY)
        identity.sweep(at=NOW + timedelta(days=30))
        assert people.contact(contact) is not None

        (one,) = told.follows([contact])
        messages.unfollow(follow_id=one.id, contacts=[contact])
        identity.sweep(at=NOW + timedelta(days=30))

        assert people.contact(contact) is None


@given(
    lat=st.floats(-89.0, 89.0),
    lng=st.floats(-180.0, 179.9999),
    metres=st.sampled_from([250, 500, 1000, 2000]),
    turn=st.floats(0, 6.3),
    part=st.floats(0, 1),
)
def test_the_cells_of_a_circle_hold_every_point_of_it(
    lat: float, lng: float, metres: int, turn: float, part: float
) -> None:
    far = metres * part
    north = lat + far * math.cos(turn) / 111_195
    east = lng + far * math.sin(turn) / (111_195 * math.cos(math.radians(lat)))
    wrapped = (east + 180) % 360 - 180
    if haversine_m(lat, lng, north, wrapped) <= metres:
        assert cell_of(north, wrapped, CELL_LEVEL) in cells_around(lat, lng, metres, CELL_LEVEL)
