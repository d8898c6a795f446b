"""Vectors: KID 00112233-4455-6677-8899-aabbccddeeff, of a published set."""

import base64

import pytest

from eventstack.media import pssh

KID = "00112233445566778899aabbccddeeff"


def _box(system: str, scheme: str = "cbcs") -> str:
    box = pssh.header(system, KID, scheme).box
    return base64.b64encode(box).decode()


def test_the_widevine_box_holds_key_id_and_scheme() -> None:
    assert _box("widevine") == "AAAAOHBzc2gAAAAA7e+LqXnWSs6jyCfc1R0h7QAAABgSEAARIjNEVWZ3iJmqu8zd7v9I88aJmwY="


def test_the_playready_object_of_cbcs_has_the_published_lengths() -> None:
    header = pssh.header("playready", KID, "cbcs")
    assert header.playready_object is not None
    assert header.playready_object[:10].hex() == "be01000001000100b401"
    assert (len(header.playready_object), len(header.box)) == (446, 478)
    assert 'VALUE="MyIRAFVEd2aImaq7zN3u/w=="' in header.playready_object[10:].decode("utf-16-le")


def test_the_playready_object_of_cenc_is_of_version_4_0() -> None:
    text = pssh.playready_object(KID, "cenc")[10:].decode("utf-16-le")
    assert 'version="4.0.0.0"' in text
    assert "<ALGID>AESCTR</ALGID></PROTECTINFO><KID>MyIRAFVEd2aImaq7zN3u/w==</KID>" in text


def test_a_system_whose_header_only_its_vendor_makes_is_refused() -> None:
    with pytest.raises(ValueError, match="fairplay"):
        pssh.header("fairplay", KID, "cbcs")
