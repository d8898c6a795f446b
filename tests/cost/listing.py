"""The tables of docs/cost.md, from the data; `python -m tests.cost.listing` writes them anew."""

import re
from pathlib import Path

from eventstack.cost import prices
from eventstack.cost.prices import INSTEAD

PAGE = Path(__file__).parent.parent.parent / "docs" / "cost.md"
SECTION = re.compile(r"(<!-- prices of (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def dollars(low_micro, high_micro):
    one, other = (f"{micro // 10**6}.{micro % 10**6:06d}".rstrip("0").rstrip(".") for micro in (low_micro, high_micro))
    return one if one == other else f"{one} to {other}"


def figure(price):
    if not price.tiers:
        other = INSTEAD.get(price.id)
        return f"not known: {price.unknown}{f', counted as `{other}`' if other else ''}"
    parts = [
        f"{dollars(tier.low_micro, tier.high_micro)}{f' up to {tier.up_to}' if tier.up_to else ''}"
        for tier in price.tiers
    ]
    elsewhere = price.elsewhere
    other = f"; elsewhere {dollars(elsewhere.low_micro, elsewhere.high_micro)}" if elsewhere else ""
    notes = "".join(f". {tier.note}" for tier in price.tiers if tier.note)
    return f"{', then '.join(parts)}{other}{notes}"


def table(cloud):
    rows = ["| item | service, what | a | US dollars | source | date | sure |", "|---|---|---|---|---|---|---|"]
    for price in prices.table(cloud).items.values():
        what = f"{price.service}: {price.what}" if price.what else price.service
        where = f" ({price.region})" if price.region else ""
        source, date, sure = (price.source, price.date, price.confidence) if price.tiers else ("", "", "")
        rows.append(f"| `{price.id}` | {what}{where} | {price.unit} | {figure(price)} | {source} | {date} | {sure} |")
    return "\n".join(rows) + "\n"


def written(text):
    """The page with every table as the data has it."""
    return SECTION.sub(lambda match: f"{match[1]}{table(match[2])}{match[3]}", text)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
