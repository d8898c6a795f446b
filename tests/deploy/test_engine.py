"""Ways to an engine: their order, what is said when one fails, deadlines, and two makers at once.

All programs are small shell scripts in a PATH of their own; only the last test needs a real Go.
"""

import os
import re
import shutil
import subprocess
import threading
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import psutil
import pytest

from eventstack.deploy import engine, engine_build, engine_child
from eventstack.deploy.engine_workshop import Patience
from eventstack.errors import ConfigError, Final, Retryable
from eventstack.settings import Settings

GO = """
echo "$@" >> "$CALLS"
echo "GOFLAGS=$GOFLAGS CGO_ENABLED=$CGO_ENABLED GOTOOLCHAIN=$GOTOOLCHAIN GOOS=$GOOS" >> "$CALLS.env"
case "$1" in
version) echo "go version go{version} linux/amd64" ;;
list) echo "go: downloading example.test/a v1.0.0"; echo fmt; echo example.test/a; test -f go.mod && test -f go.sum ;;
build)
  {build}
  while [ "$1" != -o ]; do shift; done
  printf '#!/bin/sh\\necho v3.259.0\\n' > "$2"; chmod +x "$2" ;;
esac
"""

PYTHON_WITHOUT_NETWORK = """
case "$*" in
*engine_vendor.py*) echo "<urlopen error Name or service not known>"; exit 1 ;;
*pip*) echo "ERROR: No matching distribution found"; exit 1 ;;
esac
"""

PYTHON_WITH_VENDOR = """
mkdir -p "$3/bin"; printf '#!/bin/sh\\necho v%s\\n' "$4" > "$3/bin/pulumi"; chmod +x "$3/bin/pulumi"
"""


@dataclass
class World:
    """A machine with nothing on it but a shell, and what was said on it."""

    root: Path
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bin = self.root / "path"
        self.bin.mkdir()
        self.settings = Settings.from_environment({"EVENTSTACK_HOME": str(self.root / "home")})
        for tool in ("sh", "mkdir", "chmod", "sleep", "cat"):
            found = shutil.which(tool)
            assert found
            (self.bin / tool).symlink_to(found)
        self.script("python", PYTHON_WITHOUT_NETWORK)

    @property
    def environ(self) -> dict[str, str]:
        return {"PATH": str(self.bin), "HOME": str(self.root), "CALLS": str(self.root / "calls"), "GOOS": "plan9"}

    @property
    def calls(self) -> list[str]:
        return (self.root / "calls").read_text().splitlines()

    def script(self, name: str, body: str, folder: Path | None = None) -> Path:
        path = (folder or self.bin) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return path

    def go(self, version: str = "1.26.8", build: str = "echo fmt") -> None:
        self.script("go", GO.format(version=version, build=build))

    def find_or_install(self, patience: Patience | None = None) -> engine.Engine:
        python = str(self.bin / "python")
        return engine.find_or_install(
            self.settings, self.said.append, environ=self.environ, python=python, patience=patience
        )


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(engine_build, "_USUAL", str(tmp_path / "no-go-here"))
    return World(tmp_path)


def test_a_named_engine_comes_before_all_others(world: World) -> None:
    world.script("pulumi", "echo v3.300.0")
    named = world.script("mine", "echo v3.260.1")
    world.settings = Settings.from_environment(
        {"EVENTSTACK_HOME": str(world.root / "home"), "EVENTSTACK_ENGINE": str(named)}
    )
    assert world.find_or_install() == engine.Engine(named, "3.260.1", "named")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (None, "no such file"),
        ("echo v3.258.9", "older than 3.259.0"),
        ("echo v4.0.0", "another major version"),
        ("echo hello; exit 3", "ended with code 3"),
        ("", "said: nothing"),
    ],
)
def test_a_bad_named_engine_is_an_error_even_when_a_good_one_is_there(
    world: World, body: str | None, reason: str
) -> None:
    world.script("pulumi", "echo v3.300.0")
    named = world.root / "mine" if body is None else world.script("mine", body)
    world.settings = Settings.from_environment(
        {"EVENTSTACK_HOME": str(world.root / "home"), "EVENTSTACK_ENGINE": str(named)}
    )
    with pytest.raises(ConfigError, match=reason) as caught:
        world.find_or_install()
    assert caught.value.faults[0].field == "EVENTSTACK_ENGINE"


@pytest.mark.parametrize("version", ["3.259.0", "3.272.3", "3.300.0-alpha.1"])
def test_an_engine_on_path_is_used_from_the_floor_on(world: World, version: str) -> None:
    path = world.script("pulumi", f"echo v{version}")
    assert world.find_or_install() == engine.Engine(path, version, "found")
    assert world.said == []


def test_the_vendors_usual_home_is_looked_into_when_the_path_holds_an_old_one(world: World) -> None:
    world.script("pulumi", "echo v3.100.0")
    usual = world.script("pulumi", "echo v3.261.0", world.root / ".pulumi" / "bin")
    found, reasons = engine.find(world.settings, world.environ)
    assert found == engine.Engine(usual, "3.261.0", "found")
    assert "3.100.0 is older than 3.259.0" in reasons[0]


def test_the_cache_is_asked_before_any_network(world: World) -> None:
    cached = world.script("pulumi", "echo v3.259.0", engine.executable(world.settings).parent)
    assert world.find_or_install() == engine.Engine(cached, "3.259.0", "cached")
    assert world.said == []


def test_an_engine_in_the_users_cache_is_found_though_the_installation_has_a_home_of_its_own(world: World) -> None:
    theirs = world.root / ".cache" / "eventstack" / "engine" / engine.PINNED / "bin"
    cached = world.script("pulumi", "echo v3.259.0", theirs)
    assert engine.find(world.settings, world.environ)[0] == engine.Engine(cached, "3.259.0", "cached")


def test_the_vendors_release_comes_before_a_build(world: World) -> None:
    world.go()
    world.script("python", PYTHON_WITH_VENDOR)
    made = world.find_or_install()
    assert made == engine.Engine(engine.executable(world.settings), "3.259.0", "installed")
    assert not (world.root / "calls").exists()


def test_without_the_vendor_the_engine_is_built_and_each_failure_is_told_before_the_next_way(world: World) -> None:
    world.go()
    made = world.find_or_install()
    assert made == engine.Engine(engine.executable(world.settings), "3.259.0", "built")
    told = "\n".join(world.said)
    assert re.search(
        r"no engine on PATH.*vendor's release could not be had.*Name or service.*building", told, re.DOTALL
    )


def test_a_build_is_pinned_static_stamped_and_for_this_machine(world: World) -> None:
    world.go()
    world.find_or_install()
    build = next(call for call in world.calls if call.startswith("build"))
    assert "-trimpath" in build
    assert "-tags osusergo,grpcnotrace" in build
    assert "version.Version=v3.259.0" in build
    last = (world.root / "calls.env").read_text().splitlines()[-1]
    assert last == "GOFLAGS=-mod=readonly CGO_ENABLED=0 GOTOOLCHAIN=local GOOS="


def test_a_second_start_takes_what_the_first_built(world: World) -> None:
    world.go()
    world.find_or_install()
    world.said.clear()
    assert world.find_or_install().way == "cached"
    assert world.said == []


def test_nothing_but_the_engine_is_left_of_a_build(world: World) -> None:
    world.go()
    world.find_or_install()
    folder = engine.home(world.settings).parent
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*")) == [
        "3.259.0",
        "3.259.0/bin",
        "3.259.0/bin/pulumi",
        "lock",
    ]


def test_a_broken_engine_in_the_cache_is_replaced(world: World) -> None:
    world.go()
    world.script("pulumi", "exit 1", engine.executable(world.settings).parent)
    assert world.find_or_install().way == "built"
    assert "is no Pulumi engine" in world.said[0]


def test_an_old_go_is_said_to_be_old_and_the_wheels_go_is_tried(world: World) -> None:
    world.go(version="1.22.1")
    with pytest.raises(Final, match=r"1\.22\.1 is older than 1\.25\.11.*No matching distribution"):
        world.find_or_install()


def test_the_wheels_go_is_used_where_none_is_installed_and_taken_away_afterwards(world: World) -> None:
    wheel = engine.home(world.settings).parent / "go" / "wheel" / "go" / "bin"
    source = world.script("go-of-wheel", GO.format(version="1.26.6", build="echo fmt"))
    world.script(
        "python",
        PYTHON_WITHOUT_NETWORK.replace(
            'echo "ERROR: No matching distribution found"; exit 1',
            f"mkdir -p {wheel}; cat {source} > {wheel}/go; chmod +x {wheel}/go",
        ),
    )
    assert world.find_or_install().way == "built"
    assert not wheel.exists()
    assert "GOFLAGS=-mod=readonly -modcacherw" in (world.root / "calls.env").read_text()


def test_the_end_of_all_ways_is_one_error_with_every_reason_and_three_remedies(world: World) -> None:
    with pytest.raises(Final) as caught:
        world.find_or_install()
    text = str(caught.value)
    assert "no engine on PATH" in text
    assert "Name or service not known" in text
    assert "go is not installed" in text
    assert "No matching distribution" in text
    remedies = text.partition("Any one of these helps:\n")[2].splitlines()
    assert [bool(line.startswith("  - ")) for line in remedies] == [True, True, True]
    assert "EVENTSTACK_ENGINE" in remedies[2]


def test_a_failing_compiler_is_quoted(world: World) -> None:
    world.go(build="echo 'example.test/a: undefined: nothing'; exit 2")
    with pytest.raises(Final, match=r"the compiler failed: exit code 2.*undefined: nothing"):
        world.find_or_install()


def test_an_installer_that_hangs_is_killed_with_its_children_at_its_deadline(world: World) -> None:
    world.go()
    pids = world.root / "pids"
    world.script("python", f"sleep 60 & echo $$ $! > {pids}; sleep 60")
    assert world.find_or_install(Patience(vendor_s=0.5)).way == "built"
    assert any("deadline of 0.5 s" in line for line in world.said)
    started = [int(line) for line in pids.read_text().split()]
    assert len(started) == 2
    assert not any(runs(pid) for pid in started)


def test_a_program_that_leaves_a_child_with_its_output_open_is_not_waited_for(tmp_path: Path) -> None:
    ended = engine_child.run(["sh", "-c", "sleep 60 & echo done"], cwd=tmp_path, env=dict(os.environ), deadline_s=20)
    assert ended.ok
    assert ended.tail == ("done",)


def test_an_interrupt_leaves_no_program_behind(tmp_path: Path) -> None:
    started: list[int] = []

    def interrupt(line: str) -> None:
        started.extend(int(pid) for pid in line.split())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine_child.run(
            ["sh", "-c", "sleep 60 & echo $$ $!; wait"],
            cwd=tmp_path,
            env=dict(os.environ),
            deadline_s=20,
            on_line=interrupt,
        )
    assert len(started) == 2
    assert not any(runs(pid) for pid in started)


def test_a_long_build_says_how_far_it_is(tmp_path: Path) -> None:
    said: list[str] = []
    pace = engine_child.Pace(said.append)
    for elapsed_s in (0.0, 5.0, 10.2, 15.0, 20.5, 29.0, 31.0):
        pace(elapsed_s, "compiling")
    assert said == ["compiling (10 s)", "compiling (20 s)", "compiling (31 s)"]


def test_of_two_builders_one_builds_and_the_other_takes_its_result(world: World) -> None:
    gate = world.root / "gate"
    os.mkfifo(gate)
    world.go(build=f"cat {gate}")
    made: list[engine.Engine] = []
    builders = [threading.Thread(target=lambda: made.append(world.find_or_install())) for _ in range(2)]
    for builder in builders:
        builder.start()
    gate.write_text("go on\n")  # a pipe: this returns once the one builder has come to it
    for builder in builders:
        builder.join(20)
    assert sorted(one.way for one in made) == ["built", "cached"]
    assert sum(call.startswith("build") for call in world.calls) == 1


def test_waiting_for_another_builder_ends_in_an_error_that_says_try_again(world: World) -> None:
    gate = world.root / "gate"
    os.mkfifo(gate)
    world.go(build=f"cat {gate}")
    first = threading.Thread(target=world.find_or_install)
    first.start()
    with gate.open("w") as hold:  # opens once the builder reads
        with pytest.raises(Retryable, match="another process has been making the engine"):
            world.find_or_install(Patience(wait_s=0.1))
        hold.write("go on\n")
    first.join(20)
    assert any("waiting for it" in line for line in world.said)


def test_what_a_killed_builder_left_is_cleared(world: World) -> None:
    left = engine.home(world.settings).parent / "making-gone" / "bin"
    left.mkdir(parents=True)
    world.go()
    world.find_or_install()
    assert not left.exists()


def test_every_pinned_module_has_its_hashes() -> None:
    folder = resources.files("eventstack.deploy").joinpath("engine_module")
    mod, sums = folder.joinpath("go.mod").read_text(), folder.joinpath("go.sum").read_text()
    required = re.findall(r"^\t(\S+) (v\S+)", mod, re.MULTILINE)
    hashed = {tuple(line.split()[:2]) for line in sums.splitlines()}
    assert len(required) > 200
    assert [module for module in required if (module[0], f"{module[1]}/go.mod") not in hashed] == []
    assert {version for name, version in required if name.startswith("github.com/pulumi/pulumi/")} == {
        f"v{engine.PINNED}"
    }


@pytest.mark.engine
def test_the_pins_satisfy_a_real_go(tmp_path: Path) -> None:
    toolchain = engine_build.toolchain(os.environ)
    if isinstance(toolchain, str):
        pytest.skip(toolchain)
    folder = resources.files("eventstack.deploy").joinpath("engine_module")
    for name in ("go.mod", "go.sum"):
        (tmp_path / name).write_text(folder.joinpath(name).read_text())
    asked = subprocess.run(
        [str(toolchain.go), "list", "-m", "-f", "{{.Version}}", engine_build.MAIN.removesuffix("/cmd/pulumi")],
        cwd=tmp_path,
        env={**os.environ, "GOTOOLCHAIN": "local", "GOPROXY": "off", "GOFLAGS": "-mod=readonly", "GOWORK": "off"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (asked.returncode, asked.stdout.strip(), asked.stderr) == (0, f"v{engine.PINNED}", "")
