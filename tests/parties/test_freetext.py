"""The guards of free text: numbers that hide, dates and telephones that do not, words and look-alikes."""

import random
import re
from datetime import date

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from parties.freetext import HARD_STOP, SOFT_STOP, find_numbers, mask_numbers, warning_words

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    "written",
    [
        "198507099805",
        "19850709-9805",
        "8507099805",
        "850709-9805",
        "850709 9805",
        "850709 - 9805",
        "850709–9805",
        "850709-98 05",
        "19850709  9805",
        "1985 07 09 9805",
        "85 07 09 98 05",
        "1985-07-09-9805",
        "1985-07-09 9805",
        "1985.07.09-9805",
        "1985/07/09-9805",
        "19 850709-9805",
        "850709\u00a0-\u00a09805",
        "850709-\u00ad9805",
    ],
)
@pytest.mark.parametrize(
    "around", ["{}", "Hon har {}, ring.", "pnr{}och", "({})", "5 {} 7", "2026 {}.", "a-{}-b", "{}/{}"]
)
def test_a_number_is_found_in_every_usual_form(written, around):
    text = around.replace("{}", written)
    found = find_numbers(text, today=TODAY)
    assert {one.number.digits for one in found} == {"198507099805"}
    assert {text[one.start : one.end] for one in found} == {written}
    assert len(found) == around.count("{}")


def test_a_coordination_number_and_one_past_a_hundred_are_found():
    found = find_numbers("810472-9846 bor med 230412+9808", today=TODAY)
    assert [one.number.display for one in found] == ["19810472-9846", "19230412-9808"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ring +46 700 00 00 00 på förmiddagen",
        "070-174 06 05",
        "850709-9804",  # wrong check digit
        "850732-9808",  # no such day
        "19850709-98051",
        "1850709-9805",
        "2850709-9805",
        "Sjukskriven 2026-03-04 – 2026-04-05",
        "2026-03-04--2026-04-05",
        "20260304-20260405",
        "2026-03-04 13.00",
        "dnr 2026/0709-98",
        "850709 kl 9805",
        "850709\n9805",  # two lines are two things
        "7KQ4-M2X9",
        "310 163 kr",
    ],
)
def test_what_is_no_number_is_left(text):
    assert find_numbers(text, today=TODAY) == []
    assert mask_numbers(text, today=TODAY) == text


def test_a_period_is_none_though_its_digits_would_add_up():
    # 1985-07-09 and 2024 make a right check digit: alone they are a number, before a month they are none.
    assert find_numbers("1985-07-09 2024", today=TODAY) != []
    assert find_numbers("1985-07-09 2024-04-05", today=TODAY) == []


def test_masking_leaves_the_text_and_no_digit_of_the_last_four():
    text = "Bror till 850709-9805 (eller 19800505 9863), ring 08-123 45 67."
    assert mask_numbers(text, today=TODAY) == (
        "Bror till 19850709-**** (eller 19800505-****), ring 08-123 45 67."
    )


def test_numbers_that_overlap_are_all_masked():
    # Made here rather than written out: such digits cannot all be test numbers.
    chance = random.Random(20261121)
    groups = [f"{number:02}" for number in (*range(13), *range(61, 92))]
    texts = (" ".join([chance.choice(["19", "20"]), *chance.choices(groups, k=6)]) for _ in range(20_000))
    overlapping = [text for text in texts if len(find_numbers(text, today=TODAY)) > 1]
    found = [find_numbers(text, today=TODAY) for text in overlapping]
    assert any(one.start < two.start < one.end < two.end for one, two, *_rest in found)
    assert any(one.end > two.end for one, two, *_rest in found)
    for text, numbers in zip(overlapping, found, strict=True):
        masked = mask_numbers(text, today=TODAY)
        assert masked.count("****") == len(numbers)
        assert find_numbers(masked, today=TODAY) == []
        outside = "".join(
            sign for place, sign in enumerate(text) if not any(n.start <= place < n.end for n in numbers)
        )
        assert re.sub(r"(?<!\S)[0-9]{8}-\*{4}(?!\S)", "", masked).split() == outside.split()


PIECES = st.sampled_from(
    ["850709-9805", "198507099805", "19800505 9863", "1985-07-09 9805", "85 07 09 98 05", "810472-9846"]
)
NOISE = st.text(alphabet="0123456789 -/.+å\n", max_size=12)


@settings(deadline=None, max_examples=400, derandomize=True)
@given(st.lists(PIECES | NOISE, max_size=6))
def test_after_masking_nothing_is_left_to_find(pieces):
    masked = mask_numbers("".join(pieces), today=TODAY)
    assert find_numbers(masked, today=TODAY) == []
    assert mask_numbers(masked, today=TODAY) == masked


@settings(deadline=None, max_examples=200, derandomize=True)
@given(
    before=st.text(alphabet="abcåäö ,.\n", max_size=20), after=st.text(alphabet="abcåäö ,.\n", max_size=20)
)
def test_only_the_number_is_changed(before, after):
    assert mask_numbers(f"{before}850709-9805{after}", today=TODAY) == f"{before}19850709-****{after}"


@pytest.mark.parametrize(
    "word",
    [
        "våld",
        "Våldet",
        "VÅLD",
        "våldsutsatt",
        "våldsamma",
        "våldtäkt",
        "hedersvåld",
        "partnervåldet",
        "va\u030ald",  # the ring as a sign of its own
        "missbruk",
        "missbrukar",
        "missbrukare",
        "blandmissbruk",
        "läkemedelsmissbruket",
        "brott",
        "brottet",
        "brotten",
        "brottets",
        "brottslig",
        "brottslighet",
        "brottsoffer",
        "brottmål",
        "sexualbrott",
        "narkotikabrottslighet",
        "inbrott",
        "våldsbrott",
        "gruppbrott",
        "hatbrotten",
    ],
)
def test_words_for_the_soft_stop(word):
    assert len(warning_words(f"Det gäller {word}, sedan länge.")) == 1
    assert len(warning_words(word)) == 1


@pytest.mark.parametrize(
    "word",
    [
        "avbrott",
        "avbrottet",
        "strömavbrott",
        "studieavbrotten",
        "avbrottsfri",
        "uppbrott",
        "uppbrottet",
        "utbrott",
        "vredesutbrott",
        "genombrott",
        "genombrottssmärta",
        "skeppsbrott",
        "stenbrott",
        "benbrott",
        "armbrott",
        "lårbensbrott",
        "handledsbrott",
        "trendbrott",
        "brottas",
        "brottats",
        "brottades",
        "brottning",
        "brottningen",
        "brottare",
        "brottstycke",
        "brottsjö",
        "tvåldosa",
        "envåldshärskare",
        "självsvåldig",
        "våldgästa",
        "bruk",
        "förbrukning",
        "väldigt",
        "bråttom",
        "vållade",
    ],
)
def test_words_that_only_look_alike(word):
    assert warning_words(f"Det gäller {word}, sedan länge.") == []


def test_the_words_are_told_once_each_in_order():
    assert warning_words("Missbruk och våld; avbrott. MISSBRUK igen.") == ["missbruk", "våld"]


def test_the_stops_are_said_in_swedish():
    with translation.override("sv"):
        assert str(HARD_STOP) == "Skriv inte personnummer här."
        assert str(SOFT_STOP) == "Uppgifter om våld, missbruk och brott lämnas aldrig genom portalen."
