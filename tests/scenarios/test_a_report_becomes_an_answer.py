"""A report becomes an answer that everybody can see, contests it and judges it (S4, S5).

Told once per language, in a browser without JavaScript, from the first page to the last mail.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core import mail
from django.utils.translation import gettext, override
from playwright.sync_api import Browser

from commonweal.cases import queries as cases
from commonweal.kernel.queries import clock
from commonweal.kernel.types import Role, words_in
from commonweal.ledger.queries import check_chain
from commonweal.ledger.types import subject_of
from commonweal.messages import actions as messages
from commonweal.messages import queries as post
from commonweal.messages.types import MessageState
from tests.factories.content import SECRETS
from tests.scenarios.people import Officer, Receipt, Resident
from tests.scenarios.town import Town, employ, window, work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@dataclass(frozen=True)
class Tale:
    """What is said in one language."""

    language: str
    words: str
    place: str
    report: str
    published: str
    question: str
    reply: str
    answer: str
    contest: str
    second: str


TALES = (
    Tale(
        language="zh-Hant",
        words="燈不亮",
        place="橋頭那間麵店前面",
        report="橋頭的路燈壞了兩盞，晚上很暗🙂。陳太太差點跌倒。",
        published="橋頭的路燈壞了兩盞，晚上很暗。",
        question="是橋的東邊還是西邊？",
        reply="靠麵店那邊，就是東邊。",
        answer="東邊的兩盞燈今天換了新燈泡。",
        contest="其中一盞昨晚又不亮了。",
        second="線路也修好了，我們連看了三個晚上。",
    ),
    Tale(
        language="zh-Hans",
        words="灯不亮",
        place="桥头那家面店前面",
        report="桥头的路灯坏了两盏，晚上很暗🙂。陈太太差点摔倒。",
        published="桥头的路灯坏了两盏，晚上很暗。",
        question="是桥的东边还是西边？",
        reply="靠面店那边，就是东边。",
        answer="东边的两盏灯今天换了新灯泡。",
        contest="其中一盏昨晚又不亮了。",
        second="线路也修好了，我们连看了三个晚上。",
    ),
    Tale(
        language="en",
        words="lamp dark",
        place="in front of Wong's café",
        report="Two lamps at the bridge are dark 🙂 – Mrs Chan nearly fell “yesterday”.",
        published="Two lamps at the bridge are dark.",
        question="Is it the east side or the west side?",
        reply="The side of the café: east.",
        answer="Both lamps on the east side have new bulbs since today.",
        contest="One of them was dark again last night.",
        second="The cable is mended too; we looked on three evenings.",
    ),
)
TOLD = (
    "cases.received",
    "cases.question",
    "cases.answered",
    "cases.contested",
    "cases.answered",
    "cases.confirmed",
)


@pytest.fixture(params=TALES, ids=[tale.language for tale in TALES])
def tale(request: pytest.FixtureRequest) -> Tale:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def resident(browser: Browser, here: Town, address: str, tale: Tale) -> Iterator[Resident]:  # noqa: ARG001
    page = window(browser, address, java_script_enabled=False, locale=tale.language)
    page.set_default_timeout(10_000)
    yield Resident(page)
    page.context.close()


@pytest.fixture
def officer(browser: Browser, here: Town, address: str, tale: Tale) -> Iterator[Officer]:
    mail_address = "lin@lanting.example"
    employ(Role.OFFICER, here.roads.id, mail=mail_address, language=tale.language)
    work()
    page = window(browser, address, java_script_enabled=False, locale=tale.language)
    page.set_default_timeout(10_000)
    yield Officer(page, mail_address)
    page.context.close()


def test_a_report_becomes_an_answer(tale: Tale, resident: Resident, officer: Officer) -> None:
    receipt = resident.reports(tale.words, where=tale.place, what=tale.report)
    work()
    officer.signs_in()
    the_rules_sent_it_to_the_roads_office(receipt)

    officer.opens(receipt.number)
    officer.does("publish", tale.published)
    officer.publishes_the_photo()
    officer.does("ask", tale.question)
    work()
    resident.opens_the_newest_letter()
    resident.replies(tale.reply)
    officer.opens(receipt.number)
    officer.does("answer", tale.answer)
    work()
    resident.opens_the_newest_letter()
    resident.contests(tale.contest)
    officer.opens(receipt.number)
    officer.does("answer", tale.second)
    work()
    resident.page.goto(receipt.link)
    resident.confirms()
    work()

    everybody_reads_it_in_words(tale, resident, receipt)
    no_photo_tells_where_it_was_taken(resident, officer, receipt)
    each_mail_came_once_in_the_language(tale, resident, receipt)
    the_unit_heard_of_it_once(tale, officer, receipt)
    the_record_is_whole_and_names_nobody(tale, resident, receipt)


def the_rules_sent_it_to_the_roads_office(receipt: Receipt) -> None:
    case_id = cases.id_of_number(receipt.number)
    [(_at, decision)] = cases.routings(case_id)
    assert decision.because == ("category:lamp",)
    assert decision.rule_id is not None


def everybody_reads_it_in_words(tale: Tale, resident: Resident, receipt: Receipt) -> None:
    page = resident.page
    page.goto(f"/cases/{receipt.number}/")
    shown = page.inner_text("main")

    with override(tale.language.lower()):
        states = [
            gettext("The unit asked the reporter something. The promised time stands still."),
            gettext("The reporter replied. The promised time runs on."),
            gettext("Answered."),
            gettext("The reporter said that it is not settled. The city has promised anew."),
            gettext("The reporter confirmed that the answer settles it."),
        ]
    assert page.get_attribute("html", "lang") == tale.language
    assert [one for one in states if one not in shown] == []
    assert [one for one in (tale.published, tale.answer, tale.second) if one not in shown] == []
    private = (tale.place, tale.report, tale.question, tale.reply, resident.mail, "Lin Officer")
    assert [one for one in private if one in page.content()] == []
    assert page.locator(".cw-photos img").count() == 1


def no_photo_tells_where_it_was_taken(
    resident: Resident, officer: Officer, receipt: Receipt
) -> None:
    places = [
        (resident.page, f"/cases/{receipt.number}/"),
        (resident.page, receipt.link),
        (officer.page, f"/staff/cases/{receipt.number}/"),
    ]
    for page, where in places:
        page.goto(where)
        full = str(page.get_attribute(".cw-photos a", "href"))
        thumb = str(page.get_attribute(".cw-photos img", "src"))
        for one in (full, thumb):
            answer = page.request.get(one)
            assert answer.headers["content-type"] in {"image/jpeg", "image/webp"}
            assert [secret for secret in SECRETS if secret in answer.body()] == []


def each_mail_came_once_in_the_language(tale: Tale, resident: Resident, receipt: Receipt) -> None:
    subject = subject_of("case", cases.id_of_number(receipt.number))
    letters = resident.letters()

    assert [letter.extra_headers["Content-Language"] for letter in letters] == [
        tale.language
    ] * len(TOLD)
    assert len({letter.extra_headers["Message-ID"] for letter in letters}) == len(TOLD)
    begins = [post.template(code, tale.language).subject.partition("{")[0] for code in TOLD]
    assert all(
        letter.subject.startswith(begin) for letter, begin in zip(letters, begins, strict=True)
    )
    assert all(receipt.number in letter.subject for letter in letters)
    sent = [one.template for one in post.outbox(subject) if one.state is MessageState.SENT]
    assert Counter(sent) == Counter(TOLD)
    before = len(mail.outbox)
    work()
    assert len(mail.outbox) == before


def the_unit_heard_of_it_once(tale: Tale, officer: Officer, receipt: Receipt) -> None:
    tomorrow = clock() + timedelta(days=1)
    told = len(mail.outbox)
    assert messages.send_digests(at=tomorrow) == 1
    work(at=tomorrow)
    assert messages.send_digests(at=tomorrow) == 0

    [digest] = mail.outbox[told:]
    lamp = words_in({"zh-Hant": "路燈", "zh-Hans": "路灯", "en": "Street lamp"}, tale.language)
    assert digest.to == [officer.mail]
    news = ("the new case", "the reply", "the contested answer")
    assert str(digest.body).count(f"/staff/cases/{receipt.number}/") == len(news)
    assert lamp in str(digest.body)


def the_record_is_whole_and_names_nobody(tale: Tale, resident: Resident, receipt: Receipt) -> None:
    case_id = cases.id_of_number(receipt.number)
    entries = cases.history(case_id)
    report = check_chain(subject_of("case", case_id))

    assert (report.breaks, report.entries) == ((), len(entries))
    written = json.dumps([[e.actor, e.facts, e.type] for e in entries], ensure_ascii=False)
    said = (tale.report, tale.reply, tale.contest, tale.place, tale.answer)
    persons = (resident.mail, "lin@lanting.example", "Lin Officer", receipt.link.rsplit("/", 2)[1])
    assert [one for one in (*said, *persons) if one in written] == []
    assert {entry.actor.partition(":")[0] for entry in entries} <= {"resident", "unit", "system"}
