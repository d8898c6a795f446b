import pytest

from eventstack.errors import Final
from eventstack.node.client import NodeClient


@pytest.mark.parametrize("address", ["http://127.0.0.1:99999", "http://127.0.0.1:abc", "http://[::"])
def test_an_address_that_is_none_is_refused_in_words(address: str) -> None:
    with pytest.raises(Final, match="not the address of a node"):
        NodeClient(address, "token").health()


def test_a_damaged_credential_is_refused_without_being_shown() -> None:
    with pytest.raises(Final, match="can't be sent") as refused:
        NodeClient("http://127.0.0.1:1", "secret\nthing").health()
    assert "secret" not in str(refused.value)
