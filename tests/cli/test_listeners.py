import os

from rich.console import Console

from eventstack.cli.listeners import listened


def test_a_display_goes_on_when_its_reader_has_gone():
    reader, writer = os.pipe()
    with os.fdopen(writer, "w", encoding="utf-8") as stream:
        console = Console(file=listened(stream))
        console.print("heard")
        assert os.read(reader, 99) == b"heard\n"
        os.close(reader)
        console.print("unheard")
        console.print("still unheard")
        assert not console.is_terminal
