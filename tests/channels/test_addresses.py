import pytest

from channels.addresses import NoAddress, digits_only, national, parse


@pytest.mark.parametrize(
    ("raw", "home", "value", "country"),
    [
        ("+8801700000000", None, "+8801700000000", "bd"),
        ("+৮৮০১৭০০০০০০০০", None, "+8801700000000", "bd"),
        ("01700-000000", "bd", "+8801700000000", "bd"),
        ("+84 91 234 56 78", None, "+84912345678", "vn"),
        ("16357", "bd", "16357", None),
        ("16357", None, "16357", None),
        ("BRAC-Info", None, "BRAC-Info", None),
        ("+999123", None, "+999123", None),
        ("+88017", None, "+88017", None),
    ],
)
def test_a_number_has_one_form_and_other_senders_stay_as_they_are(
    raw: str, home: str | None, value: str, country: str | None
) -> None:
    address = parse(raw, home)
    assert (address.value, address.country) == (value, country)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "raw", ["", "  ", "x" * 65, "9" * 5_000_000, "+88\x0017"], ids=["empty", "blank", "letters", "endless", "nul"]
)
def test_refuses_what_is_no_sender_however_long(raw: str) -> None:
    with pytest.raises(NoAddress):
        parse(raw)


def test_writes_a_number_as_a_provider_wants_it() -> None:
    assert digits_only("+8801700000000") == "8801700000000"
    assert national("+8801700000000") == "01700000000"
    assert national("16357") == "16357"
