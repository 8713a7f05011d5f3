"""Masking: what names the writer goes, what the report needs stays."""

import pytest

from nlu.languages import Languages
from nlu.redact import PersonalWords, Redactor


@pytest.fixture(scope="module")
def redactor(languages: Languages) -> Redactor:
    return Redactor(PersonalWords.of(languages))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("call me 01700000000 please", "call me [phone] please"),
        ("+880 1700-000000", "[phone]"),
        ("0 1 7 0 0 0 0 0 0 0 0 is mine", "[phone] is mine"),
        ("my number is 017-0000 0000.", "my number is [phone]."),
        ("আমার নাম্বার ০১৭০০০০০০০০", "আমার নাম্বার [phone]"),
        ("sđt em 0900 000 000 nha", "sđt em [phone] nha"),
        ("goi 84900000000", "goi [phone]"),
        ("017OOOOOOOO", "[phone]"),
        ("it is zero one seven zero zero zero zero zero zero zero zero ok", "it is [phone] ok"),
        ("শূন্য এক সাত শূন্য শূন্য শূন্য শূন্য শূন্য", "[phone]"),
        ("write to someone.example+a@mail.example.com", "write to [e-mail]"),
        ("mail worker at example dot com", "mail [e-mail]"),
        ("my NID 1234567890123", "my NID [id]"),
        ("id card no: AB-1234 is mine", "id card no: [id] is mine"),
        ("passport EA0000000", "passport [id]"),
        ("badge number is 4417", "badge number is [id]"),
        ("cccd 001000000000", "cccd [id]"),
        ("কার্ড নং ৪৪১৭", "কার্ড নং [id]"),
        ("my number is 01700000000 he knows", "my number is [phone] he knows"),
        ("call 01700000000e or 01700000009te", "call [phone]e or [phone]te"),
        ("আমার নাম্বার ০১৭০০০০০০০০এ কল দেন", "আমার নাম্বার [phone]এ কল দেন"),
        ("nambar01700000000", "nambar[phone]"),
        ("my nid 1234567890 has gone", "my nid [id] has gone"),
    ],
)
def test_masks(redactor: Redactor, text: str, masked: str) -> None:
    assert redactor.redact(text, "bd" if "sđt" not in text and "84" not in text else "vn") == masked


@pytest.mark.parametrize(
    "text",
    [
        "salary is 12500 taka",
        "lương 7.500.000 đồng",
        "luong 12000000 dong",
        "we got 5000 6000 7000 these months",
        "1,25,000 taka for all",
        "on 12-05-2024 and 2024/05/13",
        "from 08:00-17:00 and 8.00-17.30",
        "machine 1432 on line 12 floor 3",
        "the id card costs 500 taka",
        "10 people fainted at 3 pm",
        "বেতন ১২৫০০ টাকা পাই",
        "factory code 4821",
        "they fired 2000 workers in 2023",
        "we work 14 hours, 26 days",
        "they keep my passport 2nd floor of the office",
        "passport 3andohom, mesh byeddouh",
        "we lost 15000000 dongs and 2500000takar moto",
        "ooooooh nooooooo, loooool",
        "elly ma bdo y2oolool etla3 bara",
    ],
)
def test_keeps(redactor: Redactor, text: str) -> None:
    assert redactor.redact(text, "bd") == text
    assert redactor.redact(text) == text
