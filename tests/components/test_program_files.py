"""The program files of the projects on disk, run inline."""

import sys
import threading
from pathlib import Path

from eventstack import program


def test_program_files_of_many_threads_do_not_see_each_other(tmp_path: Path) -> None:
    main, argv, seen = sys.modules["__main__"], list(sys.argv), dict[int, set[tuple[str, str]]]()
    together = threading.Barrier(12)
    for number in range(12):
        (tmp_path / f"p{number}.py").write_text(
            "import sys\n"
            f"mine = {number}\n"
            "for _ in range(200):\n"
            "    sys.modules['eventstack.program'].SEEN[mine].add((__name__, str(mine) + ' ' + __file__))\n"
        )
        seen[number] = set()
    program.SEEN = seen  # type: ignore[attr-defined]

    def run(number: int) -> None:
        inline = program.from_file(tmp_path / f"p{number}.py")
        together.wait(20)
        for _ in range(20):
            inline()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(12)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    finally:
        del program.SEEN  # type: ignore[attr-defined]
    assert seen == {number: {("__main__", f"{number} {tmp_path}/p{number}.py")} for number in range(12)}
    assert (sys.modules["__main__"] is main, sys.argv) == (True, argv)
