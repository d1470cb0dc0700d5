"""A town with something on every page, and a session for each kind of reader."""

import io
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.http import HttpRequest
from django.test import Client
from playwright.sync_api import Browser, Page

from commonweal.cases import actions as cases
from commonweal.cases import queries
from commonweal.cases.types import BulkDraft, Choice, ContactDraft, Deed, Draft, Place, Receipt
from commonweal.city import actions as city
from commonweal.city import queries as the_city
from commonweal.city.types import DayKind
from commonweal.content import actions as content
from commonweal.content import queries as photos
from commonweal.identity import actions as identity
from commonweal.identity import queries as people
from commonweal.identity.models import Account
from commonweal.kernel.models import Job
from commonweal.kernel.queries import clock
from commonweal.kernel.types import ANONYMOUS, SYSTEM, Actor, Role
from commonweal.ledger.types import subject_of
from commonweal.messages import actions as messages
from commonweal.messages.queries import confirm_token, stop_token, unfollow_token
from commonweal.messages.types import FollowKind, Rhythm, Target
from commonweal.web import drafts, receipts
from commonweal.web.drafts import SavedDraft
from commonweal.web.pages.intake import TAKEN_IN
from tests.factories.cases import ADMINISTRATOR
from tests.factories.content import photo
from tests.factories.edge import api_key
from tests.factories.partners import elsewhere, known_neighbour, told_webhook
from tests.scenarios.people import PASSWORD, link_in
from tests.scenarios.town import Town, employ, words, work

MEI = "mei@example.org"
SAID = "橋頭的路燈壞了🙂"


class Who(StrEnum):
    """Who reads a page."""

    GUEST = "guest"  # nothing known of this browser
    RESIDENT = "resident"  # a draft, a fresh receipt, and a proven mail address in the session
    PERSON = "person"  # signed in, no role
    STAFF = "staff"  # officer, lead, clerk and dispatcher at once
    TAKER = "taker"  # the same at another desk, with a report just taken in
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class World:
    here: Town
    actors: dict[Who, Actor]
    sessions: dict[Who, str]
    args: dict[str, Any]

    def enter(self, browser: Browser, address: str, who: Who, **options: Any) -> Page:
        """Open a window in which this reader is known."""
        context = browser.new_context(base_url=address, **options)
        if session := self.sessions.get(who):
            context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
        return context.new_page()

    def client(self, who: Who) -> Client:
        """Give the same reader without a browser."""
        client = Client()
        if session := self.sessions.get(who):
            client.cookies[settings.SESSION_COOKIE_NAME] = session
        return client


def world(here: Town, said: str = SAID) -> World:
    """Let things happen in a town: `said` is what people write wherever they can write."""
    staff_id = employ(Role.OFFICER, here.roads.id, mail="lin@lanting.example")
    for role, unit in (
        (Role.LEAD, here.roads.id),
        (Role.CLERK, here.centre.id),
        (Role.DISPATCHER, None),
    ):
        identity.grant(
            person_id=staff_id, role=role, unit_id=unit, reason=said, by=SYSTEM, at=clock()
        )
    admin_id = employ(Role.ADMINISTRATOR, None, mail="wu@lanting.example", name="Wu")
    invited = "invited@lanting.example"
    employ(Role.CLERK, here.centre.id, mail=invited, name="Ho")
    person_id = identity.make_account(mail="person@example.org", language="en", at=clock())
    account = Account.objects.get(person_id=person_id)
    account.set_password(PASSWORD)
    account.save(update_fields=["password"])
    lin = people.actor_of_person(staff_id, at=clock())
    answered, asked, fresh = (report(here, said) for _ in range(3))
    _publish(answered, said, lin)
    cases.answer(case_id=answered.case_id, text=said, seen=_seen(answered), by=lin, at=clock())
    cases.ask(case_id=asked.case_id, text=said, seen=_seen(asked), by=lin, at=clock())
    called = report(here, said, contact=ContactDraft(phone="+852 2345 6789"))
    cases.answer(case_id=called.case_id, text=said, seen=_seen(called), by=lin, at=clock())
    cases.note(case_id=asked.case_id, text=said, by=lin, at=clock())
    [answer] = queries.words(answered.case_id, only_public=True)
    for target in (subject_of("case", answered.case_id), subject_of("word", answer.id)):
        content.flag(
            target=target,
            of=subject_of("case", answered.case_id),
            reason="person",
            words=said,
            by=ANONYMOUS,
            at=clock(),
        )
    holiday = city.save_holiday(
        holiday_id=None,
        day=date(2027, 1, 1),
        kind=DayKind.CLOSED,
        names=words("元旦", "元旦", "New Year"),
        seen=0,
        reason=said,
        by=ADMINISTRATOR,
        at=clock(),
    )
    Job.objects.create(
        name="cases.CaseMoved",
        handler="cases.tell",
        is_event=True,
        payload={},
        created_at=clock(),
        run_at=clock(),
        attempts=5,
        state=Job.State.PARKED,
        error=said,
    )
    looked_at = _bulk(asked, BulkDraft(deed=Deed.HOLD, text=said), lin)
    done = _bulk(fresh, BulkDraft(deed=Deed.ACKNOWLEDGE), lin)
    cases.do_bulk(bulk_id=done, by=lin, clock=clock)
    kept = cases.keep_filter(name=said[:60], choice=Choice(), share_with=None, by=lin, at=clock())
    work()
    [public_photo] = photos.attachments(subject_of("case", answered.case_id), public_only=True)
    contact_id = queries.contact_of(answered.case_id)
    assert contact_id is not None
    follow_id = _followed(here, answered)
    [invitation] = [one for one in mail.outbox if one.to == [invited]]
    next_town = known_neighbour(said[:60])
    elsewhere(next_town.id, answered.case_id, asked.case_id, said)
    args = {
        "answered": answered.number,
        "answered_key": answered.key,
        "answer": answer.id,
        "asked": asked.number,
        "called": called.number,
        "asked_key": asked.key,
        "fresh": fresh.number,
        "photo": public_photo.id,
        "category": here.lamp.id,
        "rule": queries.rules_in_order()[0].id,
        "unit": here.roads.id,
        "district": here.north.id,
        "holiday": holiday.id,
        "person": staff_id,
        "grant": people.grants_of(staff_id)[0].id,
        "api_key": api_key(name=said[:60], at=clock())[0].id,
        "webhook": told_webhook(answered.case_id, said).id,
        "neighbour": next_town.id,
        "stop": stop_token(contact_id),
        "confirm": confirm_token(follow_id),
        "unfollow": unfollow_token(f"follow:{follow_id.hex}"),
        "reset": link_in(invitation).removeprefix(settings.ADDRESS),
        "filter": kept.id,
        "bulk": looked_at,
        "bulk_done": done,
        "question": "how-many",
        "template": "cases.received",
    }
    clerk = Client()
    clerk.cookies[settings.SESSION_COOKIE_NAME] = taker_session = _signed_in(staff_id)
    session = clerk.session
    session[TAKEN_IN] = fresh.number
    session.save()
    sessions = {
        Who.RESIDENT: _resident(here, fresh, said),
        Who.PERSON: _signed_in(person_id),
        Who.STAFF: _signed_in(staff_id),
        Who.TAKER: taker_session,
        Who.ADMINISTRATOR: _signed_in(admin_id),
    }
    actors = {Who.STAFF: lin, Who.ADMINISTRATOR: people.actor_of_person(admin_id, at=clock())}
    return World(here, actors, sessions, args)


def report(here: Town, said: str, **values: Any) -> Receipt:
    """Tell the town about a lamp."""
    told: dict[str, Any] = {
        "text": said,
        "language": "zh-Hant",
        "place": Place(words=said[:300], lat=22.05, lng=114.05),
        "answers": {"how-many": "one"},
        "contact": ContactDraft(mail=MEI),
        **values,
    }
    draft = Draft(category_id=here.lamp.id, **told)
    return cases.report(draft=draft, by=ANONYMOUS, at=clock())


def _followed(here: Town, receipt: Receipt) -> UUID:
    """Let the reporter follow a case, a district and a circle by mail; give one of them."""
    contact_id = identity.contact_to_follow(mail=MEI, language="zh-Hant", at=clock())
    subject, area = subject_of("case", receipt.case_id), subject_of("district", here.north.id)
    circle = Target(kind=FollowKind.CIRCLE, lat=22.05, lng=114.05, metres=1000)
    for target, rhythm in (
        (Target(kind=FollowKind.CASE, subject=subject), Rhythm.AT_ONCE),
        (Target(kind=FollowKind.DISTRICT, subject=area), Rhythm.DAILY),
        (circle, Rhythm.WEEKLY),
    ):
        card = messages.follow(contact_id=contact_id, target=target, rhythm=rhythm, at=clock())
    return card.id


def _seen(receipt: Receipt) -> int:
    return queries.card(receipt.case_id, at=clock()).version


def _bulk(receipt: Receipt, draft: BulkDraft, by: Actor) -> UUID:
    return cases.prepare_bulk(draft=draft, numbers=[receipt.number], by=by, at=clock())


def _publish(receipt: Receipt, said: str, by: Actor) -> None:
    cases.publish(case_id=receipt.case_id, text=said, seen=_seen(receipt), by=by, at=clock())
    name = f"{said[:60]}.jpg"
    content.receive(data=io.BytesIO(photo()), name=name, subject="draft:1", by=by, at=clock())
    reporter = queries.reporter_by_key(receipt.key)
    cases.add_photos(reporter=reporter, attachments_of="draft:1", at=clock())
    work()
    [card] = photos.attachments(subject_of("case", receipt.case_id), public_only=False)
    content.publish(attachment_id=card.id, seen=card.version, by=by, at=clock())


def _signed_in(person_id: UUID) -> str:
    client = Client()
    client.force_login(Account.objects.get(person_id=person_id))
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def _resident(here: Town, receipt: Receipt, said: str) -> str:
    """Prove the mail address by its link, then begin a report up to its last page."""
    client = Client()
    identity.send_magic_link(mail=MEI, language="en", at=clock())
    work()
    link = str(mail.outbox[-1].body).partition("/my-cases/open/")[2].split("/")[0]
    assert client.post(f"/my-cases/open/{link}/").status_code == 302
    request = HttpRequest()
    request.session = client.session
    request.user = AnonymousUser()
    draft = SavedDraft(
        category=str(here.lamp.id),
        words=said[:100],
        place=said[:300],
        text=said,
        answers={"how-many": "one"},
        how="mail",
        mail=MEI,
        done=list(drafts.STEPS[:-1]),
    )
    content.receive(
        data=io.BytesIO(photo()), name="b.jpg", subject=draft.photos, by=ANONYMOUS, at=clock()
    )
    work()
    drafts.keep(request, draft, clock())
    receipts.keep(
        request, case_id=receipt.case_id, key=receipt.key, key_of_form="earlier", at=clock()
    )
    request.session.save()
    return str(request.session.session_key)


def paint(brand: str, link: str) -> None:
    """Give the city colours of its own."""
    profile = the_city.profile()
    city.save_profile(
        name=profile.name,
        languages=profile.languages,
        zone=profile.zone,
        phone=profile.phone,
        email=profile.email,
        hours=profile.hours,
        address=profile.address,
        brand_colour=brand,
        link_colour=link,
        seen=profile.version,
        reason="paint",
        by=ADMINISTRATOR,
        at=clock(),
    )
