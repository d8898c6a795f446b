import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstack.media import clearkey

KID = "00112233445566778899aabbccddeeff"
KEY = bytes(range(16))


def test_the_published_example_is_answered_as_published() -> None:
    asked = b'{"kids":["ABEiM0RVZneImaq7zN3u_w"],"type":"temporary"}'
    assert clearkey.parse_request(asked) == (KID,)
    assert clearkey.licence({KID: KEY}) == {
        "keys": [{"kty": "oct", "kid": "ABEiM0RVZneImaq7zN3u_w", "k": "AAECAwQFBgcICQoLDA0ODw"}],
        "type": "temporary",
    }


@given(keys=st.dictionaries(st.binary(min_size=16, max_size=16).map(bytes.hex), st.binary(min_size=16, max_size=16)))
def test_a_licence_is_read_back_as_it_was_written(keys: dict[str, bytes]) -> None:
    assert clearkey.parse_licence(json.dumps(clearkey.licence(keys))) == keys


@given(kids=st.lists(st.binary(min_size=16, max_size=16).map(bytes.hex), min_size=1, max_size=8))
def test_a_request_is_read_back_as_it_was_written(kids: list[str]) -> None:
    assert clearkey.parse_request(clearkey.request(tuple(kids))) == tuple(kids)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"kids":[]}',
        b'{"kids":"ABEiM0RVZneImaq7zN3u_w"}',
        b'{"kids":[7]}',
        b'{"kids":["ABEi"]}',
        b'{"kids":["ABEiM0RVZneImaq7zN3u/w"]}',
        b'{"kids":["ABEiM0RVZneImaq7zN3u_w"],"type":"persistent-license"}',
    ],
)
def test_a_malformed_request_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        clearkey.parse_request(body)
