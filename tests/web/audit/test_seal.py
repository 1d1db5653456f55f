"""The chain over the audit: whole when nothing happened, and naming what did."""

from __future__ import annotations

import random
import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone

from needlework.web.audit import seal as sealing
from needlework.web.audit.models import AuditEvent, AuditSeal
from needlework.web.audit.seal import seal_batch, seal_rows, verify
from needlework.web.records.triggers import lifted
from tests.web.people import NOW

pytestmark = pytest.mark.django_db
LONG = timedelta(hours=3)


def rows(count: int, **more: object) -> list[int]:
    """That many rows, as ids."""
    plain = {"at": NOW, "action": "x", "method": "GET", "status": 200, "outcome": "ok"}
    made = [AuditEvent.objects.create(**{**plain, **more}).pk for _ in range(count)]
    if "id" in more and connection.vendor == "postgresql":
        run(
            "SELECT setval(pg_get_serial_sequence('audit_auditevent', 'id'), max(id)) "
            "FROM audit_auditevent"
        )
    return made


def sealed(*sizes: int) -> list[AuditSeal]:
    made = []
    for size in sizes:
        rows(size)
        seal = seal_batch(NOW)
        assert seal is not None
        made.append(seal)
    return made


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def tamper(sql: str) -> None:
    """As somebody does who owns the machine: the triggers go first."""
    with lifted():
        run(sql)


# --- sealing ----------------------------------------------------------------------------------


def test_nothing_to_seal_makes_no_seal() -> None:
    assert seal_batch(NOW) is None
    assert verify().faults == []


def test_a_chain_is_whole_and_tells_what_waits() -> None:
    first, second = sealed(3, 4)
    rows(2)
    found = verify()
    assert found.faults == []
    # The row about the first seal is covered by the second.
    assert (found.seals, found.rows, found.tail) == (2, 8, 2)
    assert found.tail_since == NOW
    assert found.head == second.digest
    assert second.previous == first.digest


def test_sealing_goes_on_only_when_there_is_something_new() -> None:
    rows(3)
    assert seal_rows(NOW) == 3
    assert seal_rows(NOW) == 0
    assert AuditSeal.objects.count() == 1


def test_many_rows_are_sealed_in_batches() -> None:
    rows(25)
    assert seal_rows(NOW, batch_rows=10) >= 25
    assert AuditSeal.objects.count() == 3
    found = verify()
    assert (found.faults, found.tail) == ([], 0)


def test_gaps_that_never_were_rows_are_no_fault() -> None:
    """PostgreSQL gives an id to a row that is then rolled back."""
    first = rows(1)[0]
    for step in (3, 9, 4):
        first += step
        rows(1, id=first)
        assert seal_batch(NOW) is not None
        first = AuditEvent.objects.order_by("-id")[0].pk
    assert AuditSeal.objects.order_by("-number")[0].gaps != []
    assert verify().faults == []


def test_a_row_that_comes_late_is_sealed_by_a_later_seal() -> None:
    """Ids are given before a commit, so a lower one may appear after a higher one's seal."""
    first = rows(1)[0]
    rows(1, id=first + 2)
    seal = seal_batch(NOW)
    assert seal is not None
    seal.refresh_from_db()
    assert [first + 1, first + 1] in seal.gaps
    rows(1, id=first + 1)
    assert verify().tail == 1
    later = seal_batch(NOW + timedelta(minutes=1))
    assert later is not None
    later.refresh_from_db()
    assert later.ranges[0] == [first + 1, first + 1]
    assert [first + 1, first + 1] not in later.gaps
    found = verify()
    assert (found.faults, found.tail) == ([], 0)


def test_rows_in_any_order_of_arrival_are_each_sealed_once() -> None:
    dice = random.Random(7)  # noqa: S311 - the same order each time
    start = rows(1)[0] + 10_000
    waiting = [start + n for n in range(40) if n % 7]
    dice.shuffle(waiting)
    # The rows about seals get ids above all these.
    rows(1, id=start + 1000)
    while waiting:
        for _ in range(min(len(waiting), dice.randint(1, 6))):
            rows(1, id=waiting.pop())
        seal_batch(NOW, batch_rows=dice.randint(1, 4))
    seal_rows(NOW, batch_rows=3)
    found = verify()
    assert (found.faults, found.tail) == ([], 0)
    covered = [
        one
        for ranges in AuditSeal.objects.values_list("ranges", flat=True)
        for first, last in ranges
        for one in range(first, last + 1)
    ]
    assert len(covered) == len(set(covered))
    assert set(covered) >= {start + n for n in range(40) if n % 7}


def test_of_two_sealers_one_loses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second has read the same end of the chain as the first."""
    sealed(1)
    rows(2)
    end = sealing._standing()
    assert seal_batch(NOW) is not None
    rows(1)
    monkeypatch.setattr(sealing, "_standing", lambda: end)
    assert seal_batch(NOW) is None
    monkeypatch.undo()
    assert seal_batch(NOW) is not None
    assert verify().faults == []


@pytest.mark.django_db(transaction=True)
def test_sealers_at_once_make_one_chain() -> None:
    rows(120)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(6):
                seal_batch(NOW, batch_rows=10)
        except OperationalError as wrong:
            failures.append(wrong)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    seal_rows(NOW)
    found = verify()
    assert (found.faults, found.tail) == ([], 0)
    assert found.rows >= 120


# --- tampering --------------------------------------------------------------------------------

TAMPERING = {
    "a row is changed": ("UPDATE audit_auditevent SET status = 201 WHERE id = {row}", "Seal 1 "),
    "a row's actor is taken out": (
        "UPDATE audit_auditevent SET user_agent = 'y' WHERE id = {row}",
        "Seal 1 ",
    ),
    "a row is deleted": (
        "DELETE FROM audit_auditevent WHERE id = {row}",
        "Seal 1: 1 of its 3 rows are gone, among them {row}",
    ),
    "a row's time is moved": (
        "UPDATE audit_auditevent SET at = '2020-01-01 00:00:00+00:00' WHERE id = {row}",
        "Seal 1 ",
    ),
    "a seal in the middle is deleted": (
        "DELETE FROM audit_auditseal WHERE number = 2",
        "Seal 2 is gone",
    ),
    "the first seal is deleted": ("DELETE FROM audit_auditseal WHERE number = 1", "Seal 1 is gone"),
    "the last seal is deleted": (
        "DELETE FROM audit_auditseal WHERE number = 3",
        "Seal 3 was made and is gone",
    ),
    "all seals are deleted": ("DELETE FROM audit_auditseal", "Seal 3 was made and is gone"),
    "a digest is changed": (
        "UPDATE audit_auditseal SET digest = previous WHERE number = 2",
        "Seal 2 does not fit",
    ),
    "a link is changed": (
        "UPDATE audit_auditseal SET previous = 'x' WHERE number = 2",
        "Seal 2 does not follow",
    ),
    "a count is changed": (
        "UPDATE audit_auditseal SET count = 9 WHERE number = 1",
        "Seal 1 does not fit",
    ),
    "a seal's ranges are emptied": (
        "UPDATE audit_auditseal SET ranges = '[]' WHERE number = 1",
        "Seal 1 does not cover",
    ),
    "a seal's ranges are no ranges": (
        "UPDATE audit_auditseal SET ranges = '[7]' WHERE number = 1",
        "Seal 1 was changed",
    ),
    "a gap is made up": (
        "UPDATE audit_auditseal SET gaps = '[[1, 2]]' WHERE number = 2",
        "Seal 2 does not cover",
    ),
    "a form is changed": (
        "UPDATE audit_auditseal SET form = 9 WHERE number = 2",
        "Seal 2 has the form 9",
    ),
    "a seal is renumbered": (
        "UPDATE audit_auditseal SET number = 9 WHERE number = 2",
        "Seal 2 is gone",
    ),
    "a row is put where none can be": (
        "UPDATE audit_auditevent SET id = -1 WHERE id = {row}",
        "Row -1 stands where no row can",
    ),
}


@pytest.mark.parametrize(("sql", "named"), TAMPERING.values(), ids=TAMPERING.keys())
def test_tampering_is_named(sql: str, named: str) -> None:
    sealed(3, 3, 3)
    assert verify().faults == []
    second = AuditEvent.objects.order_by("pk")[1].pk
    tamper(sql.format(row=second))
    faults = verify().faults
    assert any(fault.startswith(named.format(row=second)) for fault in faults), faults


def test_one_fault_does_not_drag_in_the_whole_chain() -> None:
    """What was sealed after a changed row is still known to be whole."""
    sealed(3, 3, 3)
    with lifted():
        AuditEvent.objects.filter(pk=AuditEvent.objects.order_by("pk")[0].pk).update(status=201)
    faults = verify().faults
    assert len(faults) == 1
    assert "Seal 1" in faults[0]


def test_swapped_seals_are_named() -> None:
    sealed(2, 2, 2)
    tamper(
        "UPDATE audit_auditseal SET number = 9 WHERE number = 1;"
        if connection.vendor == "postgresql"
        else "UPDATE audit_auditseal SET number = 9 WHERE number = 1"
    )
    tamper("UPDATE audit_auditseal SET number = 1 WHERE number = 2")
    tamper("UPDATE audit_auditseal SET number = 2 WHERE number = 9")
    faults = verify().faults
    for number in (1, 2):
        assert any(fault.startswith(f"Seal {number} does not follow") for fault in faults)


def test_a_row_exchanged_for_another_is_named() -> None:
    first = rows(3)[0]
    assert seal_batch(NOW) is not None
    with lifted():
        AuditEvent.objects.filter(pk=first + 1).delete()
    rows(1, id=first + 1, action="y")
    assert any(fault.startswith("Seal 1 does not fit") for fault in verify().faults)


def test_a_row_put_into_a_gap_with_an_old_time_is_named() -> None:
    first = rows(1)[0]
    rows(1, id=first + 2)
    assert seal_batch(NOW + LONG) is not None
    rows(1, id=first + 1, at=NOW)
    named = f"Row {first + 1} states a time that does not fit its place"
    assert any(fault.startswith(named) for fault in verify().faults)
    assert seal_batch(NOW + LONG) is not None
    assert any(fault.startswith(named) for fault in verify().faults)


def test_a_row_from_the_future_is_named() -> None:
    code = rows(1, at=NOW + LONG)[0]
    assert seal_batch(NOW) is not None
    assert any(fault.startswith(f"Row {code} states a time") for fault in verify().faults)


def test_a_chain_made_anew_does_not_hold_against_a_noted_seal() -> None:
    """Whoever owns the machine can seal again what was changed; a digest kept elsewhere tells."""
    sealed(2, 2)
    noted = AuditSeal.objects.get(number=2)
    assert verify(expect=(2, noted.digest)).faults == []
    with lifted():
        AuditSeal.objects.all().delete()
        AuditEvent.objects.filter(action=sealing.ACTION).delete()
        AuditEvent.objects.update(status=201)
    seal_rows(NOW, batch_rows=2)
    assert verify().faults == []
    assert verify(expect=(2, noted.digest)).faults == [
        "Seal 2 is not the one that was noted: it is gone, or new"
    ]


# --- the commands -----------------------------------------------------------------------------


def told(command: str, **options: object) -> str:
    out = StringIO()
    call_command(command, stdout=out, stderr=out, **options)
    return out.getvalue()


def test_the_commands_tell() -> None:
    rows(3, at=timezone.now())
    head = AuditSeal.objects.first
    assert "3 rows sealed" in told("audit_seal")
    seal = head()
    assert seal is not None
    noted = f"1:{seal.digest}"
    assert noted in told("audit_seal")
    rows(2, at=timezone.now())
    said = told("audit_verify", expect=noted)
    assert "Chain whole" in said
    assert "1 seals over 3 rows; 2 rows not sealed yet" in said
    assert noted in said
    tamper("UPDATE audit_auditevent SET status = 500 WHERE status = 200")
    out = StringIO()
    with pytest.raises(CommandError, match="does not fit"):
        call_command("audit_verify", stdout=out, stderr=out)
    assert "Chain broken" in out.getvalue()
    assert "Seal 1 does not fit its rows" in out.getvalue()


@pytest.mark.parametrize("noted", ["x", "1:", "1:abc", "-1:" + "a" * 64])
def test_a_seal_that_is_none_cannot_be_expected(noted: str) -> None:
    with pytest.raises(CommandError, match="NUMBER:DIGEST"):
        told("audit_verify", expect=noted)
