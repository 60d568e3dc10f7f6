"""The unit of work in memory keeps the promises of the port, so that what is tested with it holds on Postgres."""

import pytest

from tests.fakes.command_unit_of_work import InMemoryUnitsOfWork
from tests.suites.command_accepting import AcceptingPromises
from tests.suites.command_answers import AnswerPromises
from tests.suites.command_locking import LockingPromises
from tests.suites.command_unit_of_work import UnitOfWorkPromises


@pytest.fixture
def stage() -> InMemoryUnitsOfWork:
    return InMemoryUnitsOfWork()


class TestWritingInMemory(UnitOfWorkPromises):
    pass


class TestLockingInMemory(LockingPromises):
    pass


class TestAnswersInMemory(AnswerPromises):
    pass


class TestAcceptingInMemory(AcceptingPromises):
    pass
