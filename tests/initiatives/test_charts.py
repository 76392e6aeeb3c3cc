"""Charts speak for themselves: a title with the numbers first, no style of their own, honest widths, foreign
text kept text.
"""

import xml.etree.ElementTree as ET

from initiatives import charts

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> ET.Element:
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    assert root[0].tag == SVG + "title"
    assert "style" not in svg
    return root


def test_bars_begin_at_zero_and_keep_their_proportion():
    root = parsed(charts.bars("c", "Costs", [("A", 200), ("B", 50)], " kr"))
    assert [(bar.get("x"), bar.get("width")) for bar in root.iter(SVG + "rect")] == [
        ("0", "100.00%"),
        ("0", "25.00%"),
    ]
    assert root[0].text == "Costs: A 200 kr; B 50 kr"


def test_parts_of_a_whole_fill_it():
    root = parsed(charts.shares("c", "Time", [("care", 40), ("other", 60)]))
    assert [(bar.get("x"), bar.get("width")) for bar in root.iter(SVG + "rect")] == [
        ("0.00%", "40.00%"),
        ("40.00%", "60.00%"),
    ]


def test_an_unknown_quarter_has_no_bar_rather_than_a_zero():
    root = parsed(charts.columns("c", "Hours", [("kv 1", "2023", None), ("kv 2", "", 10)]))
    assert len(list(root.iter(SVG + "rect"))) == 1
    assert root[0].text == "Hours: kv 1 2023 –; kv 2 10"


def test_nothing_to_draw_is_drawn_without_dividing_by_zero():
    parsed(charts.bars("c", "Nothing", [("A", 0)]))
    parsed(charts.shares("c", "Nothing", [("A", 0), ("B", 0)]))
    parsed(charts.columns("c", "Nothing", []))


def test_markup_in_a_label_stays_text():
    root = parsed(charts.bars("c", "<b>x</b>", [("<script>alert(1)</script>", 1)]))
    assert next(text.text for text in root.iter(SVG + "text")) == "<script>alert(1)</script>"
    assert not list(root.iter(SVG + "script"))
