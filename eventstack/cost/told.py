"""An estimate in words, for the command line's tables."""

from fractions import Fraction

from eventstack.planning.plan import CostLine, Estimate

TO = "\N{EN DASH}"


def told(estimate: Estimate) -> list[tuple[str, str]]:
    """Rows of a table for people: what, and how much; the CDN's share first."""
    rows = [("CDN's share", _share(estimate)), ("total", money(estimate.low, estimate.high))]
    rows += [(line.role, _line(line)) for line in estimate.lines]
    if estimate.month_low or estimate.month_high:
        rows.append(("always on", f"{money(estimate.month_low, estimate.month_high)} a month, without viewers"))
    rows.append(("always on is cheaper", _above(estimate)))
    rows += [("no sure price", gap) for gap in estimate.gaps]
    return [*rows, ("prices", estimate.basis)]


def money(low: int, high: int) -> str:
    """Micro-dollars as people read them: `$2.35`, `$1.2k`, a range where the two ends read differently."""
    one, other = _figure(low), _figure(high)
    return f"${one}" if one == other else f"${one}{TO}{other}"


def _share(estimate: Estimate) -> str:
    cdn = next((line for line in estimate.lines if line.role == "cdn"), None)
    if cdn and cdn.gaps:
        return f"not known: {'; '.join(cdn.gaps)}"
    if cdn is None or not estimate.high:
        return "nothing that has a price"
    whole, tenth = divmod(estimate.cdn_permille, 10)
    return f"{whole}.{tenth} % of the total, {money(cdn.low, cdn.high)}"


def _line(line: CostLine) -> str:
    figure = money(line.low, line.high)
    return f"{figure} and what has no price" if line.gaps else figure


def _above(estimate: Estimate) -> str:
    if estimate.hours_a_month is None:
        return estimate.hours_reason
    rest = f" ({estimate.hours_reason})" if estimate.hours_reason else ""
    return f"above {round(Fraction(estimate.hours_a_month))} hours on air a month{rest}"


_SIZES = ((10**6, ""), (10**9, "k"), (10**12, "M"))


def _figure(micro: int) -> str:
    """Cents below 100 dollars, then about three digits; what is not nothing reads as a cent at least."""
    cents = max((micro + 5000) // 10**4, 1) if micro else 0
    if cents < 10_000:
        return f"{cents // 100}.{cents % 100:02d}" if cents else "0"
    size, mark = next((step for step in _SIZES if micro < 1000 * step[0]), _SIZES[-1])
    tenths = (micro * 10 + size // 2) // size
    return f"{tenths // 10}.{tenths % 10}{mark}" if mark and tenths < 1000 else f"{(tenths + 5) // 10}{mark}"
