"""What can be asked of the lists and figures, and how it stands in an address. No database, no clock, no Flask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from ..credentials.completion import DONE, NOT_BEGUN, PARTS, UNDER_WAY
from ..credentials.rules import RENEWAL_DAYS, add_months

STATES = {"todo": NOT_BEGUN, "doing": UNDER_WAY, "done": DONE}
"""How a part's state is written in an address → its number in the database."""

CERTIFICATES = ("valid", "expiring", "expired", "none")
"""``valid`` includes ``expiring``, the ones in their last sixty days; ``none`` is never had one that stands."""

PRESENCES = ("active", "left", "all")
SORTS = ("name", "department", "certificate")

MAX_QUERY = 100
BENCHMARK = 12
"""Percent of employees who said in December 2010 that a charter or a training had made them aware: Observatoire
Hopscotch-Viavoice, 1,000 employees asked from 13 to 17 December 2010, published on 6 January 2011 (dossier 001·06)."""


@dataclass(frozen=True)
class Filter:
    """What a list shows and in which order; each field stands in the address under its own name."""

    q: str = ""
    department: int | None = None
    """With all that lies under it, unless ``direct``; 0 is people without a department."""
    direct: bool = False
    site: str | None = None
    """Empty (``-`` in the address) is people whose site is not known."""
    path: str = ""
    charter: str = ""
    security: str = ""
    missing: tuple[str, ...] = ()
    """Parts of which at least one is not done."""
    certificate: str = ""
    arrived_from: dt.date | None = None
    arrived_to: dt.date | None = None
    arrival: str = ""
    """``unknown``: people whose day of arrival is not known."""
    issued: str = ""
    """``2026-03``, or ``2025-11..2026-03``: people who were given, in those months, a certificate that stands."""
    who: str = "active"
    sort: str = "name"
    faults: tuple[str, ...] = field(default=(), compare=False)
    """Names of what the address says and could not be understood; it is left out, and the page says so."""

    def args(self, **changes) -> dict:
        """The arguments of the address, without what is as usual; ``changes`` are made first."""
        changed = replace(self, **changes)
        return {
            name: write_site(value) if name == "site" else _write(value)
            for name, value in ((f.name, getattr(changed, f.name)) for f in fields(self) if f.name != "faults")
            if value != getattr(Filter, name, ()) and value is not None and value is not False
        }

    @property
    def narrowed(self) -> bool:
        """Whether anything but the order differs from the whole list."""
        return bool(replace(self, sort="name").args())


def _write(value) -> str | list[str]:
    if isinstance(value, tuple):
        return list(value)
    return "1" if value is True else str(value)


def write_site(site: str) -> str:
    """A site as it stands in an address, where ``-`` is people whose site is not known: a site that is called so gets
    one dash more."""
    return site if site.strip("-") else f"{site}-"


def read_filter(args: Mapping[str, str], missing: list[str] = ()) -> Filter:
    """Read a filter from the arguments of an address; whatever makes no sense is named in ``faults``."""
    values, faults = {}, []
    choices = {"path": STATES, "charter": STATES, "security": STATES, "certificate": CERTIFICATES}
    choices |= {"who": PRESENCES, "sort": SORTS, "arrival": ("unknown",)}
    readers = {"department": _read_id, "arrived_from": dt.date.fromisoformat, "arrived_to": dt.date.fromisoformat}
    readers |= {"issued": read_months, "direct": lambda text: text == "1"}
    for name, text in ((name, args.get(name, "").strip()) for name in (*choices, *readers)):
        if not text:
            continue
        try:
            if name in choices and text not in choices[name]:
                raise ValueError
            values[name] = readers[name](text) if name in readers else text
        except ValueError:
            faults.append(name)
    if "issued" in values:
        values["issued"] = args["issued"].strip()
    if any(part not in PARTS for part in missing):
        faults.append("missing")
    values["missing"] = tuple(part for part in PARTS if part in missing)
    site = args.get("site", "").strip()[:200]
    values["site"] = None if not site else site if site.strip("-") else site[:-1]
    values["q"] = " ".join(args.get("q", "").replace("\0", "").split())[:MAX_QUERY]
    return Filter(**values, faults=tuple(faults))


def _read_id(text: str) -> int:
    number = int(text)
    if not 0 <= number < 2**31:
        raise ValueError
    return number


def read_month(text: str) -> dt.date:
    """``2026-03`` → its first day; raise ValueError for anything else, and for years in which nobody lives."""
    if len(text) != 7 or not "2000" <= text[:4] <= "2999":
        raise ValueError
    return dt.date.fromisoformat(f"{text}-01")


def read_months(text: str) -> tuple[dt.date, dt.date]:
    """``2025-11..2026-03`` → the first days of its first and last month; a month alone is both."""
    first, _dots, last = text.partition("..")
    months = read_month(first), read_month(last or first)
    if months[0] > months[1]:
        raise ValueError
    return months


# --- Periods --------------------------------------------------------------------------------------------------

PERIODS = ("", "three-years", "year", "last-year")
"""Periods that have a name, as an address has them; the first, the last twelve months, is the usual one."""

LONGEST = 36
"""How many months a period has at most: more columns are not told apart on a small screen."""

YEARS_BACK = 4
"""How many years before the present one can be looked at."""


@dataclass(frozen=True)
class Period:
    """The months that progress is shown of, by the first days of the first and the last; both are included."""

    first: dt.date
    last: dt.date
    name: str = ""
    """One of PERIODS, or ``months`` where both ends were chosen."""
    fault: str = ""
    """``long``: only the end of what was asked is shown. ``unknown``: what was asked makes no sense."""

    @property
    def months(self) -> list[dt.date]:
        """The first day of each month, oldest first."""
        count = 12 * (self.last.year - self.first.year) + self.last.month - self.first.month + 1
        return [add_months(self.first, later) for later in range(count)]

    @property
    def args(self) -> dict[str, str]:
        """The arguments of the dashboard's address."""
        if self.name == "months":
            return {"from_month": f"{self.first:%Y-%m}", "to_month": f"{self.last:%Y-%m}"}
        return {"period": self.name} if self.name else {}

    @property
    def issued(self) -> str:
        """The same months as the list's filter has them."""
        return f"{self.first:%Y-%m}" if self.first == self.last else f"{self.first:%Y-%m}..{self.last:%Y-%m}"


def earliest_month(today: dt.date) -> dt.date:
    """The first month that a period can have."""
    return dt.date(today.year - YEARS_BACK, 1, 1)


def read_period(args: Mapping[str, str], today: dt.date) -> Period:
    """The period an address asks for: a name, or two months in either order. What lies out of reach, in the future or
    too far back, is left out; of more than ``LONGEST`` months the last are taken; whatever makes no sense is the usual
    period, and its ``fault`` says so."""
    present = today.replace(day=1)
    name, *ends = (args.get(each, "").strip() for each in ("period", "from_month", "to_month"))
    if any(ends):
        try:
            first, last = sorted(map(read_month, ends))
        except ValueError:
            return replace(_named("", present), fault="unknown")
        first, last = max(first, earliest_month(today)), min(last, present)
        if first > last:
            return replace(_named("", present), fault="unknown")
        start = max(first, add_months(last, 1 - LONGEST))
        return Period(start, last, "months", "long" if start > first else "")
    return _named(name, present) if name in PERIODS else replace(_named("", present), fault="unknown")


def _named(name: str, present: dt.date) -> Period:
    first, last = {
        "": (add_months(present, -11), present),
        "year": (present.replace(month=1), present),
        "last-year": (dt.date(present.year - 1, 1, 1), dt.date(present.year - 1, 12, 1)),
        "three-years": (add_months(present, 1 - LONGEST), present),
    }[name]
    return Period(first, last, name)


@dataclass(frozen=True)
class Arrival:
    """A period of arrival: its name, and its days, both included; None where it has no bound."""

    name: str
    first: dt.date | None
    last: dt.date | None


def arrivals(today: dt.date) -> tuple[Arrival, ...]:
    """The periods by which arrivals are counted, newest first. They touch and never overlap."""
    starts = [add_months(today, -3), add_months(today, -12), add_months(today, -36)]
    names = ("new", "year", "three", "before")
    firsts = [*starts, None]
    lasts = [None, *(start - dt.timedelta(days=1) for start in starts)]
    return tuple(Arrival(*row) for row in zip(names, firsts, lasts, strict=True))


def percent(part: int, whole: int) -> int | None:
    """A share in whole percent, or None of nobody. 100 is said only when nobody is missing, 0 when there is nobody."""
    if not whole:
        return None
    if 0 < part < whole:
        return min(max(round(100 * part / whole), 1), 99)
    return 100 if part else 0


def certificate_state(valid_until: dt.date | None, on: dt.date) -> str:
    """``none``, ``expired``, ``expiring`` (valid, in its last sixty days) or ``valid``, on a day."""
    if valid_until is None:
        return "none"
    if valid_until < on:
        return "expired"
    return "expiring" if valid_until <= on + dt.timedelta(days=RENEWAL_DAYS) else "valid"


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: what begins like one, in full-width signs too, gets an apostrophe
    before it (OWASP, « CSV injection »)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")) else text
