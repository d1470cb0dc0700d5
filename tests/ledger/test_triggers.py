"""No change without its entry: the database itself refuses, whoever asks."""

from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import isolate_apps

from commonweal.ledger import actions, queries
from commonweal.ledger.adapters import triggers
from commonweal.ledger.models import Entry, Maintenance
from commonweal.ledger.types import Tracked, subject_of
from tests.factories.given import GIVEN_AT, given

pytestmark = [pytest.mark.django_db, pytest.mark.database]

TABLE = "ledger_lamp"
UUID_TYPE = {"sqlite": "char(32)", "postgresql": "uuid"}[connection.vendor]


def plain(value: UUID) -> str:
    return value.hex if connection.vendor == "sqlite" else str(value)


def sql(statement: str, *values: UUID | str | None) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            statement, [plain(value) if isinstance(value, UUID) else value for value in values]
        )


class Lamps:
    """A street of lamps, each guarded by an entry."""

    def add(self, lamp: UUID, entry: UUID | None) -> None:
        sql("INSERT INTO ledger_lamp VALUES (%s, %s, 'on', 'new')", lamp, entry)

    def turn(self, lamp: UUID, state: str) -> None:
        sql("UPDATE ledger_lamp SET state = %s WHERE id = %s", state, lamp)

    def turn_with(self, lamp: UUID, state: str, entry: UUID) -> None:
        sql("UPDATE ledger_lamp SET state = %s, entry_id = %s WHERE id = %s", state, entry, lamp)

    def states(self) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT state FROM ledger_lamp ORDER BY id")
            return [str(state) for (state,) in cursor.fetchall()]


@pytest.fixture
def lamps() -> Lamps:
    with isolate_apps("commonweal.ledger"):

        class Lamp(models.Model):
            tracked: ClassVar = Tracked(subject="lamp", columns=("state",))
            id = models.UUIDField(primary_key=True)
            entry_id = models.UUIDField()
            state = models.CharField(max_length=10)
            note = models.CharField(max_length=10)

            class Meta:
                app_label = "ledger"

    sql(f"CREATE TABLE ledger_lamp (id {UUID_TYPE}, entry_id {UUID_TYPE}, state text, note text)")
    make = {"sqlite": triggers._sqlite, "postgresql": triggers._postgresql}[connection.vendor]
    for statement in make(Lamp):
        sql(statement)
    return Lamps()


def new_lamp(lamps: Lamps) -> UUID:
    lamp = uuid4()
    lamps.add(lamp, given(subject_of("lamp", lamp)))
    return lamp


def test_a_row_with_its_entry_is_taken_in(lamps: Lamps) -> None:
    new_lamp(lamps)

    assert lamps.states() == ["on"]


def test_a_row_without_an_entry_is_refused(lamps: Lamps) -> None:
    for entry in (uuid4(), None):
        with pytest.raises(IntegrityError, match="no entry for this change of ledger_lamp"):
            lamps.add(uuid4(), entry)


def test_a_row_with_the_entry_of_another_subject_is_refused(lamps: Lamps) -> None:
    elsewhere = given(subject_of("lamp", uuid4()))
    other_kind, lamp = uuid4(), uuid4()

    for entry in (elsewhere, given(subject_of("bench", other_kind)), given(f"bench:{lamp.hex}")):
        with pytest.raises(IntegrityError):
            lamps.add(lamp, entry)


def test_a_change_with_a_new_entry_stands(lamps: Lamps) -> None:
    lamp = new_lamp(lamps)

    lamps.turn_with(lamp, "off", given(subject_of("lamp", lamp)))

    assert lamps.states() == ["off"]


def test_a_change_without_a_new_entry_is_refused(lamps: Lamps) -> None:
    lamp = new_lamp(lamps)

    with pytest.raises(IntegrityError):
        lamps.turn(lamp, "off")

    assert lamps.states() == ["on"]


def test_a_change_with_the_entry_of_another_lamp_is_refused(lamps: Lamps) -> None:
    lamp, other = new_lamp(lamps), new_lamp(lamps)

    with pytest.raises(IntegrityError):
        lamps.turn_with(lamp, "off", given(subject_of("lamp", other)))


def test_what_is_not_tracked_changes_freely(lamps: Lamps) -> None:
    lamp = new_lamp(lamps)

    sql("UPDATE ledger_lamp SET note = 'old' WHERE id = %s", lamp)

    assert lamps.states() == ["on"]


def test_a_row_that_stays_the_same_needs_no_entry(lamps: Lamps) -> None:
    lamp = new_lamp(lamps)

    lamps.turn(lamp, "on")

    assert lamps.states() == ["on"]


def test_a_tracked_row_is_never_deleted(lamps: Lamps) -> None:
    new_lamp(lamps)

    with pytest.raises(IntegrityError):
        sql("DELETE FROM ledger_lamp")


def test_many_rows_changed_at_once_are_refused_as_one(lamps: Lamps) -> None:
    for _ in range(3):
        new_lamp(lamps)

    with pytest.raises(IntegrityError):
        sql("UPDATE ledger_lamp SET state = 'off'")

    assert lamps.states() == ["on"] * 3


def test_maintenance_is_the_only_way_round_and_leaves_an_entry_with_digests(lamps: Lamps) -> None:
    new_lamp(lamps)

    with actions.maintenance("lamps were renumbered", tables=[TABLE], at=GIVEN_AT):
        sql("UPDATE ledger_lamp SET state = 'off'")

    (entry,) = Entry.objects.filter(type="system.migrated")
    (card,) = queries.entries_of(entry.subject)
    before, after = card.facts["before"][TABLE], card.facts["after"][TABLE]
    assert card.facts["reason"] == "lamps were renumbered"
    assert (before["rows"], after["rows"]) == (1, 1)
    assert before["sha256"] != after["sha256"]


def test_the_triggers_hold_again_after_maintenance(lamps: Lamps) -> None:
    lamp = new_lamp(lamps)
    with actions.maintenance("look round", tables=[TABLE], at=GIVEN_AT):
        lamps.turn(lamp, "off")

    with pytest.raises(IntegrityError):
        lamps.turn(lamp, "on")

    assert not Maintenance.objects.exists()


def test_maintenance_that_fails_leaves_everything_as_it_was(lamps: Lamps) -> None:
    lamp = new_lamp(lamps)

    def stumble() -> None:
        with actions.maintenance("in vain", tables=[TABLE], at=GIVEN_AT):
            lamps.turn(lamp, "off")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stumble()

    assert lamps.states() == ["on"]
    assert not Maintenance.objects.exists()
    assert not Entry.objects.filter(type="system.migrated").exists()


TRACKED = triggers.tracked_models()


@pytest.mark.parametrize("model", TRACKED, ids=lambda model: model.__name__)
def test_every_tracked_table_has_its_triggers(model: type[models.Model]) -> None:
    assert set(triggers.names_for(model)) <= triggers.installed(connection)


@pytest.mark.parametrize("model", TRACKED, ids=lambda model: model.__name__)
def test_every_tracked_table_names_columns_it_has(model: type[models.Model]) -> None:
    tracked: Tracked = model.tracked  # type: ignore[attr-defined]
    names = {name for field in model._meta.concrete_fields for name in (field.name, field.attname)}

    assert {*tracked.columns, tracked.key, "entry_id"} <= names


def test_a_trigger_that_is_gone_is_named_and_made_anew() -> None:
    model = TRACKED[0]
    name, table = triggers.names_for(model)[1], model._meta.db_table
    on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
    sql(f'DROP TRIGGER "{name}"{on}')
    assert queries.missing_triggers() == [name]

    actions.install_triggers()

    assert queries.missing_triggers() == []


@pytest.mark.django_db(transaction=True)
def test_migrating_makes_the_triggers_anew() -> None:
    model = TRACKED[0]
    name, table = triggers.names_for(model)[0], model._meta.db_table
    on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
    sql(f'DROP TRIGGER "{name}"{on}')

    call_command("migrate", verbosity=0)

    assert queries.missing_triggers() == []
