"""Price lists: checked whole, imported whole."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.structure.tree import ROOT
from twofactor import gateways
from twofactor.sms.price_list import BadPriceList, parse

HEADING = "gateway,country,price,currency,date\n"
KNOWN = ("twilio", "egosms")


def faults(text: str) -> list[str]:
    with pytest.raises(BadPriceList) as raised:
        parse(text, KNOWN)
    return raised.value.faults


def test_it_reads_a_row() -> None:
    assert parse(HEADING + "twilio,ug,0.1400,usd,2026-11-01\n", KNOWN) == [
        {
            "gateway": "twilio",
            "country": "UG",
            "channel": "sms",
            "since": "2026-11-01",
            "per_segment": Decimal("0.1400"),
            "currency": "USD",
        }
    ]


def test_a_sixth_column_tells_prices_of_calls_from_those_of_texts() -> None:
    heading = HEADING.rstrip() + ",channel\n"
    lines = "twilio,UG,0.35,USD,2026-11-01,call\ntwilio,UG,0.14,USD,2026-11-01,\n"
    assert [row["channel"] for row in parse(heading + lines, KNOWN)] == ["call", "sms"]
    assert "is none of sms, call" in faults(heading + "twilio,UG,1,USD,2026-11-01,fax\n")[0]


def test_it_tells_every_fault_with_its_line_and_mend() -> None:
    found = faults(HEADING + "twilio,UG,x,USD,2026-11-01\nnobody,Uganda,1,dollar,1.11.2026\n")
    assert found[0].startswith("line 2: price 'x'")
    assert [fault.split()[2] for fault in found[1:]] == ["gateway", "country", "currency", "date"]
    assert all(fault.startswith("line 3:") for fault in found[1:])


def test_it_wants_the_heading() -> None:
    assert faults("twilio,UG,1,USD,2026-11-01\n") == [
        "line 1: write the heading gateway,country,price,currency,date"
    ]


@pytest.mark.parametrize("price", ["-1", "NaN", "Infinity", "1e9", ""])
def test_it_takes_no_impossible_price(price: str) -> None:
    assert "is no amount" in faults(HEADING + f"twilio,UG,{price},USD,2026-11-01\n")[0]


def test_it_refuses_an_empty_list() -> None:
    assert faults(HEADING) == ["there is no price in the file: add lines below the heading"]


def test_lines_are_counted_from_the_top_of_the_file() -> None:
    assert faults("# a\n# b\n" + HEADING + "twilio,UG,x,USD,2026-11-01\n")[0].startswith("line 4:")


def test_the_sample_can_be_imported_and_says_that_it_is_one() -> None:
    text = Path(ROOT / "docs/prices-sample.csv").read_text()
    assert text.startswith("# SAMPLE")
    assert len(parse(text, gateways.names())) > 10
