"""Finding the running stack, and not being fooled by one that is gone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stack.failures import StackError
from stack.pointer import Pointer, find_project, only_one, pointer_file, read_pointer
from stack.processes import Identity


def me() -> Identity:
    found = Identity.of(os.getpid())
    assert found is not None
    return found


def test_a_pointer_is_read_as_it_was_written(tmp_path: Path) -> None:
    pointer = Pointer(me(), tmp_path / "s", tmp_path / "elsewhere")
    pointer.write(tmp_path)
    assert read_pointer(tmp_path) == pointer
    assert not pointer.is_stale()


def test_a_pointer_to_a_process_that_is_gone_is_stale(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        born = Identity.of(ended.pid)
    assert born is not None
    assert Pointer(born, tmp_path / "s", tmp_path).is_stale()


def test_a_pointer_to_a_pid_that_was_given_to_another_process_is_stale(tmp_path: Path) -> None:
    earlier = Identity(pid=os.getpid(), born=me().born - 60)
    assert Pointer(earlier, tmp_path / "s", tmp_path).is_stale()


def test_a_zombie_does_not_count_as_running() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    born = Identity.of(child.pid)
    assert born is not None
    child.kill()
    assert born.wait(10)
    child.communicate()


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", json.dumps({"supervisor": {"pid": 1}})])
def test_a_pointer_file_that_cannot_be_read_counts_as_none(tmp_path: Path, text: str) -> None:
    file = pointer_file(tmp_path)
    file.parent.mkdir()
    file.write_text(text)
    assert read_pointer(tmp_path) is None


def test_the_project_is_the_workspace_that_the_folder_lies_in(tmp_path: Path) -> None:
    member = tmp_path / "libs" / "one"
    member.mkdir(parents=True)
    (member / "pyproject.toml").write_text("[project]\nname = 'one'\n")
    (tmp_path / "pyproject.toml").write_text("[tool.uv.workspace]\nmembers = ['libs/*']\n")
    assert find_project(member) == tmp_path


def test_without_a_workspace_the_project_is_where_one_stands(tmp_path: Path) -> None:
    assert find_project(tmp_path) == tmp_path


def test_a_folder_is_held_by_one_stack_at_a_time(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(StackError, match="running already"), only_one(tmp_path):
        pass
    with only_one(tmp_path):
        pass
