"""Keep and forget how to reach people, make staff, give and end roles, open doors by mail."""

from commonweal.identity.actions.accounts import (
    change_language,
    make_account,
    make_demo_account,
    make_person,
    make_staff,
)
from commonweal.identity.actions.beginning import make_administrator
from commonweal.identity.actions.contacts import (
    address_for_the_post,
    change_contact,
    contact_to_follow,
    forget_contact,
    keep_contact,
    reveal,
)
from commonweal.identity.actions.forgetting import sweep
from commonweal.identity.actions.links import redeem_magic_link, send_magic_link
from commonweal.identity.actions.registering import register_judge, register_keeper, register_link
from commonweal.identity.actions.roles import close_account, end_grant, grant

__all__ = [
    "address_for_the_post",
    "change_contact",
    "change_language",
    "close_account",
    "contact_to_follow",
    "end_grant",
    "forget_contact",
    "grant",
    "keep_contact",
    "make_account",
    "make_administrator",
    "make_demo_account",
    "make_person",
    "make_staff",
    "redeem_magic_link",
    "register_judge",
    "register_keeper",
    "register_link",
    "reveal",
    "send_magic_link",
    "sweep",
]
