"""The outbox keeps a message small and gives back its very bytes."""

from __future__ import annotations

import base64

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from monitoring.mailing.models import OutgoingMail
from monitoring.mailing.packing import MARK, encode, encoded_size, pack, unpack
from tests.factories.mailing import queued

CODED = b"Content-Transfer-Encoding: base64\r\n\r\n"
_pieces = st.one_of(
    st.binary(max_size=300),
    st.binary(min_size=1, max_size=300).map(lambda content: CODED + encode(content)),
    st.binary(max_size=99).map(lambda content: CODED + base64.b64encode(content) + b"\r\n"),
    st.sampled_from([b"\r\n--edge\r\n", b"\r\n\r\n--", CODED, b"=\r\n", b"Subject: a\r\n", MARK]),
)


@given(st.lists(_pieces, max_size=8))
def test_any_message_comes_out_as_it_went_in(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    assert unpack(pack(raw)) == raw


@given(st.binary(max_size=400))
def test_lines_are_those_of_the_standard_library(content: bytes) -> None:
    assert encode(content) == base64.encodebytes(content).replace(b"\n", b"\r\n")
    assert len(encode(content)) == encoded_size(len(content))


@pytest.mark.django_db
def test_the_column_holds_less_and_an_older_row_is_read_as_it_is() -> None:
    queued("packed", context={"items": "Ауылдық округтің бюджеті " * 200})
    mail = OutgoingMail.objects.get()
    raw = bytes(mail.raw or b"")
    with connection.cursor() as cursor:
        cursor.execute("SELECT raw FROM mailing_outgoingmail")
        assert raw.startswith(b"From:")
        assert bytes(cursor.fetchone()[0]) == pack(raw)
        assert len(pack(raw)) < len(raw) / 2
        cursor.execute("UPDATE mailing_outgoingmail SET raw = %s", [raw])
    mail.refresh_from_db()
    assert mail.raw == raw
