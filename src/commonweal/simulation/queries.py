"""Whether the made-up city stands already, and who lives in it."""

from uuid import UUID

from commonweal.kernel.types import Role
from commonweal.ledger import queries as ledger
from commonweal.ledger.types import EntryCard, subject_of
from commonweal.simulation.rules.stories import RESIDENT
from commonweal.simulation.types import Account

SUBJECT = subject_of("sample-city", UUID("5a3b1e00-0c17-5bb1-8c00-7196a1a90001"))

ACCOUNTS = (
    Account(role=Role.RESIDENT, mail=RESIDENT, name="何美玲 Ho Mei-ling", language="zh-Hant"),
    Account(
        role=Role.CLERK,
        mail="clerk@tinglan.example",
        name="陳志明 Chan Chi-ming",
        language="zh-Hant",
        unit="service-centre",
    ),
    Account(
        role=Role.OFFICER,
        mail="officer@tinglan.example",
        name="林曉嵐 Lam Hiu-laam",
        language="zh-Hant",
        unit="roads",
    ),
    Account(
        role=Role.LEAD,
        mail="lead@tinglan.example",
        name="周國強 Chow Kwok-keung",
        language="zh-Hant",
        unit="transport",
    ),
    Account(
        role=Role.DISPATCHER,
        mail="dispatcher@tinglan.example",
        name="黃婉儀 Wong Yuen-yi",
        language="zh-Hant",
    ),
    Account(
        role=Role.ADMINISTRATOR,
        mail="administrator@tinglan.example",
        name="鄭家樂 Cheng Ka-lok",
        language="zh-Hant",
    ),
)

# An officer for each other unit; nobody signs in as them.
OFFICERS = {
    "service-centre": "梁靜 Leung Ching",
    "buildings": "方慧 Fong Wai",
    "care": "許安 Hui On",
    "health": "杜敏 To Man",
    "waste": "馬小燕 Ma Siu-yin",
    "parks": "葉青 Yip Ching",
    "transport": "蘇俊傑 So Chun-kit",
    "water": "羅子健 Law Tsz-kin",
}


def made() -> EntryCard | None:
    """Find the entry that says when, and by which seed, the sample city was made."""
    entries = ledger.entries_of(SUBJECT)
    return entries[0] if entries else None
