"""Files that can't be read, and files that were mangled: one clear answer, never a traceback, never a wait."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventstack.errors import ConfigError, Fault
from eventstack.models import load
from eventstack.models.load import (
    find_profile,
    load_profile,
    load_profile_of,
    profile_names,
    read_any,
    read_file,
)
from eventstack.models.yaml_reader import MAX_BYTES, MAX_DEPTH, read
from tests.models.documents import EVENT, PROFILE, bent, write


def only_fault(path: str | Path) -> Fault:
    with pytest.raises(ConfigError) as caught:
        read_file(path)
    (fault,) = caught.value.faults
    return fault


def test_a_missing_file_is_answered_with_the_nearest_name(tmp_path: Path) -> None:
    write(tmp_path, "derby.yaml", EVENT)
    fault = only_fault(tmp_path / "derbi.yaml")
    assert fault.message == "can't be read: No such file or directory"
    assert fault.hint == f"did you mean {tmp_path}/derby.yaml?"


def test_a_file_in_a_missing_folder_is_answered_with_the_folder(tmp_path: Path) -> None:
    assert only_fault(tmp_path / "none" / "derby.yaml").hint == f"there is no folder {tmp_path}/none"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert only_fault(tmp_path).message == "can't be read: Is a directory"


@pytest.mark.timeout(5)
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_is_refused_unread(device: str) -> None:
    assert only_fault(device).message == "can't be read: not a regular file"


@pytest.mark.timeout(5)
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert only_fault(tmp_path / "pipe.yaml").message == "can't be read: not a regular file"


def test_a_file_of_somebody_else_is_a_fault(tmp_path: Path) -> None:
    path = write(tmp_path, "derby.yaml", EVENT)
    path.chmod(0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        fault = only_fault(path)
    finally:
        os.seteuid(user)
    assert fault.message == "can't be read: Permission denied"


@pytest.mark.parametrize("name", ["with\0nul.yaml", "x" * 5000])
def test_a_name_that_no_file_can_have_is_a_fault(name: str) -> None:
    assert only_fault(name).message.startswith("can't be read: ")


def test_a_gigantic_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    with path.open("wb") as stream:
        stream.truncate(1 << 40)
    fault = only_fault(path)
    assert (fault.message, fault.given) == ("the file is too large", f"more than {MAX_BYTES} bytes")


BOMB = "\n".join(["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9))])


@pytest.mark.parametrize(
    ("content", "message", "quoted", "under"),
    [
        (b"id: 1\nid: 2\n", "duplicate key", "id: 2", "id"),
        (b"a: !!python/object:os.system x\n", "a tag", "a: !!python/object:os.system x", None),
        (b"a: {b: [1, 2}\n", "a [ that is never closed", "a: {b: [1, 2}", "["),
        (b"a: *nobody\n", "an alias to nothing", "a: *nobody", "*nobody"),
        ("a: \xe9\n".encode("latin-1"), "not UTF-8", "a: �", "�"),
        (b"a: 1\nb: x\x00y\n", "binary, not text", "b: x�y", "�"),
        (("- " * (MAX_DEPTH + 1)).encode(), "nested too deeply", None, "-"),
        (BOMB.encode(), "too much content", None, "*a3"),
        (b"just text\n", "not a mapping", "just text", "just text"),
        (b"a: 1\n---\nb: 1\n", "several documents in one file", "---", "---"),
    ],
)
def test_what_is_no_plain_document_is_one_fault_with_its_line(
    tmp_path: Path, content: bytes, message: str, quoted: str | None, under: str | None
) -> None:
    fault = only_fault(write(tmp_path, "f.yaml", content))
    assert fault.message == message
    assert fault.quoted
    assert fault.marked
    assert fault.span
    assert quoted in (None, fault.quoted)
    assert under in (None, fault.quoted[fault.marked - 1 : fault.marked - 1 + fault.span])


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n", b"# nothing\n", b"--- null\n"])
def test_an_empty_file_is_one_fault(tmp_path: Path, content: bytes) -> None:
    assert only_fault(write(tmp_path, "f.yaml", content)).message == "the file is empty"


def survives(content: bytes) -> None:
    """Read what may be an event or a profile; anything but a ConfigError with well-placed faults is the test's end."""
    for fault in faults_of(content):
        assert fault.file
        assert (fault.quoted is None) == (fault.marked is None)
        assert fault.quoted is None or 1 <= (fault.marked or 0) <= len(fault.quoted) + 1


def faults_of(content: bytes) -> tuple[Fault, ...]:
    try:
        document = read(content, "wide.yaml")
        read_any(document)
        if "profile" in document.data:
            load_profile_of(document)
    except ConfigError as error:
        return error.faults or (Fault("a refusal without a reason"),)
    return ()


OVERRIDDEN = (
    EVENT + "overrides:\n  ladder: {preset: fast}\n  audio:\n    tracks+:\n      - language: nb\n  slate: null\n"
)
EXTENDING = "name: wide\nextends: talk-720p25\nabstract: false\nladder:\n  renditions+: []\ndrm: null\n"
files = st.sampled_from([EVENT, PROFILE, OVERRIDDEN, EXTENDING])
odd_values = st.sampled_from(
    [
        "",
        "null",
        "~",
        "5",
        "-1",
        "1e999",
        "[]",
        "{}",
        "[[]]",
        "{a: {b: c}}",
        "true",
        "'x'",
        "*x",
        "&x y",
        "!t z",
        "25fps",
    ]
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files, st.data())
def test_lines_taken_away_doubled_or_moved_never_break_us(text: str, data: st.DataObject) -> None:
    lines = text.splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 4))):
        at, to = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        match data.draw(st.sampled_from(["remove", "double", "move", "indent"])):
            case "remove" if len(lines) > 1:
                del lines[at]
            case "double":
                lines.insert(to, lines[at])
            case "move":
                lines[at], lines[to] = lines[to], lines[at]
            case _:
                lines[at] = f"  {lines[at]}"
    survives("".join(lines).encode())


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files, st.data())
def test_values_of_any_kind_anywhere_never_break_us(text: str, data: st.DataObject) -> None:
    lines = text.splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        key, colon, _ = lines[at].partition(":")
        lines[at] = f"{key}{colon} {data.draw(odd_values)}"
    survives("\n".join(lines).encode("utf-8"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    files, st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 3), st.binary(max_size=4)), min_size=1, max_size=3)
)
def test_bytes_of_any_kind_anywhere_never_break_us(text: str, changes: list[tuple[int, int, bytes]]) -> None:
    content = text.encode()
    for at, length, new in changes:
        content = content[:at] + new + content[at + length :]
    survives(content)


def test_an_address_is_no_file_to_extend_and_its_login_is_not_repeated(tmp_path: Path) -> None:
    text = PROFILE.replace("name: wide", "name: wide\nextends: 'https://u:hunter2@h/x.yaml'")
    with pytest.raises(ConfigError) as caught:
        load_profile(write(tmp_path, "wide.yaml", text))
    assert "not fetched from addresses" in str(caught.value)
    assert "hunter2" not in repr(caught.value.faults)


def test_what_a_file_of_a_folder_is_is_asked_once_while_it_stays_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(70):
        write(tmp_path, f"p{number}.yaml", PROFILE.replace("name: wide", f"name: p{number}"))
    assert "p1" in profile_names([tmp_path])
    read_again: list[object] = []
    monkeypatch.setattr(load, "read_file", read_again.append)
    assert "p1" in profile_names([tmp_path])
    assert read_again == []


def test_a_file_that_changed_is_looked_at_again(tmp_path: Path) -> None:
    path = write(tmp_path, "p.yaml", PROFILE)
    assert "p" in profile_names([tmp_path])
    path.write_text("abstract: true\n" + PROFILE)
    assert "p" not in profile_names([tmp_path])
    assert "p" in profile_names([tmp_path], bases=True)


def test_of_a_great_many_profiles_some_are_offered(tmp_path: Path) -> None:
    for number in range(80):
        write(tmp_path, f"p{number}.yaml", PROFILE)
    with pytest.raises(ConfigError, match=r", and [0-9]+ more"):
        find_profile("nosuch", [tmp_path])


def test_a_slate_lies_beside_its_profile_also_after_the_folder_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        text = bent(PROFILE, "slate: true", "slate: {image: 'file:slate.png', size: 1280x720}")
        write(tmp_path / name, "wide.yaml", text)
        monkeypatch.chdir(tmp_path / name)
        slate = load_profile("./wide.yaml").slate
        found.append(slate.image if slate else None)
    assert found == [f"file:{tmp_path}/{name}/slate.png" for name in ("here", "there")]
