"""`eventstack schema` prints what an editor reads."""

import pytest
from click.testing import CliRunner

from eventstack.cli.schema import command
from eventstack.models import schema


@pytest.mark.parametrize("kind", ["event", "profile"])
def test_the_schema_is_printed_as_it_is_kept(kind: schema.Kind) -> None:
    result = CliRunner().invoke(command, [kind])
    assert (result.exit_code, result.output) == (0, schema.text(kind))


def test_there_is_no_schema_of_anything_else() -> None:
    result = CliRunner().invoke(command, ["plan"])
    assert result.exit_code == 2
    assert "'event', 'profile'" in result.output
