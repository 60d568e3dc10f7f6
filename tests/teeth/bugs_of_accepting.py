"""The classic mistakes with commands that are accepted now and run later."""

from typing import Final

from tests.teeth.bug import Bug

_COMMANDS: Final = "services/command-api/src/command_api"
_RUNNING: Final = "tests/unit/command_api/test_run_accepted.py"
_ENDING: Final = "tests/integration/command_api/test_unit_of_work.py::TestAcceptingOnPostgres"

ACCEPTING: Final = (
    Bug(
        "a command that is accepted and not stored",
        f"{_COMMANDS}/application/accept_for_later.py",
        (("    uow.accept(stored)\n", ""),),
        (f"{_RUNNING}::test_a_command_whose_caller_does_not_wait_is_stored_and_not_run",),
    ),
    Bug(
        "an effect without the end of its command",
        f"{_COMMANDS}/application/run_accepted.py",
        (("            ending=ended,\n", ""),),
        (f"{_RUNNING}::test_two_who_run_it_make_one_effect_and_one_end",),
    ),
    Bug(
        "an end that does not ask whether there was one",
        f"{_COMMANDS}/adapters/postgres/accepted_statements.py",
        (
            (
                'return ended.returning(_ID).cte("ended")',
                'return select(given.c.command_id).where(which).add_cte(ended.cte("gone")).cte("ended")',
            ),
        ),
        (f"{_ENDING}::test_one_that_has_ended_lets_nothing_be_written",),
    ),
)
