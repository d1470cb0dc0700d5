"""A town in three languages, for stories that residents and officers live in a browser."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from commonweal.cases import actions
from commonweal.cases.actions.setup import CategoryDraft, RuleDraft
from commonweal.cases.types import CategoryCard, Question, QuestionKind, Review
from commonweal.city import actions as city
from commonweal.city.types import DistrictCard, Term, TermUnit, UnitCard
from commonweal.identity import actions as identity
from commonweal.identity.models import Account
from commonweal.kernel.actions import run_waiting
from commonweal.kernel.queries import clock
from commonweal.kernel.types import SYSTEM, Role, Words
from tests.factories.cases import ADMINISTRATOR, NORTH

LANGUAGES = ("zh-Hant", "zh-Hans", "en")


def words(hant: str, hans: str, en: str) -> Words:
    return {"zh-Hant": hant, "zh-Hans": hans, "en": en}


@dataclass(frozen=True)
class Town:
    centre: UnitCard
    roads: UnitCard
    north: DistrictCard
    lamp: CategoryCard
    private: CategoryCard


def town() -> Town:
    """Found a town: a centre, the roads below it, a district, a landmark, two kinds of report."""
    by: dict[str, Any] = {"by": ADMINISTRATOR, "at": clock(), "reason": "a town", "seen": 0}
    city.save_profile(
        name=words("蘭亭市", "兰亭市", "Lanting"),
        languages=LANGUAGES,
        zone="Asia/Taipei",
        phone="+886 2 1999",
        email="office@lanting.example",
        hours=words("週一至週五 9 至 17 時", "周一至周五 9 至 17 时", "Monday to Friday, 9 to 17"),
        address=words("中山路 1 號", "中山路 1 号", "1 Bridge Road"),
        **by,
    )
    city.save_week(hours=[[["09:00", "17:00"]]] * 5 + [[], []], **by)
    centre = city.save_unit(
        unit_id=None, code="centre", names=words("服務中心", "服务中心", "Service centre"), **by
    )
    roads = city.save_unit(
        unit_id=None,
        code="roads",
        names=words("道路處", "道路处", "Roads office"),
        parent_id=centre.id,
        **by,
    )
    north = city.save_district(
        district_id=None,
        code="north",
        names=words("北區", "北区", "North"),
        geometry={"type": "Polygon", "coordinates": NORTH},
        **by,
    )
    city.save_landmark(
        landmark_id=None,
        code="school",
        names=words("河邊小學", "河边小学", "River School"),
        lat=22.05,
        lng=114.05,
        **by,
    )
    street = _category("street", words("街道", "街道", "Street"))
    lamp = _category(
        "lamp",
        words("路燈", "路灯", "Street lamp"),
        parent_id=street.id,
        hints=words("不亮、閃爍或破損", "不亮、闪烁或破损", "Dark, flickering or broken"),
        keywords={"zh-Hant": ["燈不亮"], "zh-Hans": ["灯不亮"], "en": ["light", "dark"]},
        questions=(
            Question(
                code="how-many",
                kind=QuestionKind.CHOICE,
                words=words("有幾盞燈？", "有几盏灯？", "How many lamps?"),
                is_required=True,
                options=(
                    ("one", words("一盞", "一盏", "One")),
                    ("several", words("好幾盞", "好几盏", "Several")),
                ),
            ),
            Question(
                code="which",
                kind=QuestionKind.TEXT,
                words=words("是哪幾盞？", "是哪几盏？", "Which ones?"),
                after="how-many",
                after_is=("several",),
            ),
        ),
        term=Term(amount=3, unit=TermUnit.WORKING_DAYS),
    )
    private = _category(
        "neighbour",
        words("鄰里糾紛", "邻里纠纷", "Trouble next door"),
        parent_id=street.id,
        review=Review.NEVER,
    )
    actions.save_rule(
        draft=RuleDraft(
            names=words("路燈歸道路處", "路灯归道路处", "Lamps to the roads office"),
            unit_id=roads.id,
            categories=("lamp",),
        ),
        rule_id=None,
        seen=None,
        reason="a town",
        by=ADMINISTRATOR,
        at=clock(),
    )
    return Town(centre, roads, north, lamp, private)


def _category(code: str, names: Words, **values: Any) -> CategoryCard:
    return actions.save_category(
        draft=CategoryDraft(code=code, names=names, **values),
        category_id=None,
        seen=None,
        reason="a town",
        by=ADMINISTRATOR,
        at=clock(),
    )


def employ(
    role: Role, unit_id: UUID | None, *, mail: str, language: str = "en", name: str = "Lin Officer"
) -> UUID:
    """Make a member of staff; a mail with a link to set a password is on its way."""
    at: datetime = clock()
    person_id = identity.make_staff(mail=mail, name=name, by=SYSTEM, at=at, language=language)
    identity.grant(
        person_id=person_id, role=role, unit_id=unit_id, reason="a town", by=SYSTEM, at=at
    )
    return person_id


def work(at: datetime | None = None) -> None:
    """Let the worker do everything that is due, now or at another time."""
    run_waiting(clock=(lambda: at) if at else clock)


def window(browser: Browser, address: str, **options: Any) -> Page:
    """Open a window of its own, as somebody else's device would be."""
    return browser.new_context(base_url=address, **options).new_page()


def enter_as(context: BrowserContext, address: str, person_id: UUID) -> None:
    """Sign somebody in without the pages of sign-in, whose own story is told elsewhere."""
    client = Client()
    client.force_login(Account.objects.get(person_id=person_id))
    session = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
