import pytest

from channels.segments import count, gsm_safe


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        # A character of two units is never torn: the first segment holds 152 of its 153.
        ("€" * 153, "GSM-7", 306, 3),
        ("è ò à ñ", "GSM-7", 7, 1),
        ("ক" * 70, "UCS-2", 70, 1),
        ("ক" * 71, "UCS-2", 71, 2),
        ("ক" * 134, "UCS-2", 134, 2),
        ("ক" * 135, "UCS-2", 135, 3),
        ("\U0001f600" * 35, "UCS-2", 70, 1),
        ("\U0001f600" * 36, "UCS-2", 72, 2),
    ],
)
def test_counts_as_providers_bill(text: str, encoding: str, units: int, segments: int) -> None:
    counted = count(text)
    assert (counted.encoding, counted.units, counted.segments) == (encoding, units, segments)


def test_typographers_marks_become_plain_where_that_is_cheaper() -> None:
    assert gsm_safe("It’s “late” – again…") == 'It\'s "late" - again...'
    assert gsm_safe("“বেতন”") == "“বেতন”"
