"""Charts: drawings that can be read as text."""

from xml.etree import ElementTree

from webapp.charts import Part, bars, lines


def test_bars_stack_to_the_top_and_each_says_what_it_is() -> None:
    parts = [Part("delivered", "good", [3, 8]), Part("failed", "bad", [1, 2])]
    chart = bars("Attempts", "Two hours.", ["09:00", "10:00"], parts)
    svg = ElementTree.fromstring(chart.svg)  # noqa: S314 -- our own drawing
    heights = [float(rect.attrib["height"]) for rect in svg.iter("rect")]
    assert heights == [30, 10, 80, 20]
    assert [title.text for title in svg.iter("title")][1] == "09:00: 3 delivered"
    assert chart.top == "10"
    assert chart.rows == [["09:00", "3", "1"], ["10:00", "8", "2"]]
    assert chart.headings == ["", "Delivered", "Failed"]


def test_a_line_has_a_gap_where_nothing_was_measured() -> None:
    chart = lines(
        "Rates", "Of deliveries.", list("abcd"), [Part("rate", "good", [1, 0.5, None, 0])]
    )
    svg = ElementTree.fromstring(chart.svg)  # noqa: S314 -- our own drawing
    points = [line.attrib["points"] for line in svg.iter("polyline")]
    assert points == ["0.5,0.00 1.5,50.00", "3.2,100.00 3.8,100.00"]
    assert chart.rows[2] == ["c", "–"]


def test_an_empty_chart_is_still_a_drawing() -> None:
    assert "<svg" in bars("None", "Nothing.", [], [Part("x", "good", [])]).svg


def test_s49_names_from_outside_are_escaped() -> None:
    chart = bars("<script>", "a & b", ['"><b>'], [Part("<i>", "good", [1])])
    assert "<script>" not in chart.svg
    assert "<b>" not in chart.svg
    assert "<i>" not in chart.svg


def test_long_axes_name_a_few_places_only() -> None:
    names = [str(number) for number in range(90)]
    assert bars("x", "y", names, [Part("n", "good", [1.0] * 90)]).labels == [
        "0",
        "22",
        "44",
        "66",
        "89",
    ]
