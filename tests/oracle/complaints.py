"""Card 05: the city's complaints. Ten years of cases, deadlines with open cases, the backlog, cases per 1,000 people."""

import pandas

from oracle import Values, followed, percentile, text

AS_OF = "2025-01-09"
PEOPLE = {"Bronx": 1472654, "Brooklyn": 2736074, "Manhattan": 1694251, "Queens": 2405464, "Staten Island": 495747}


def cases():
    frame = text("nyc-complaints", "nyc_council_complaints.csv.gz")
    # 105 keys stand twice with equal dates; where the two differ, one lacks borough or zip. The fuller one counts.
    frame = frame.sort_values(["unique_key", "closedate", "borough", "zip", "council_dist"], kind="stable")
    frame = frame.groupby("unique_key").tail(1).copy()
    frame["opened"] = pandas.to_datetime(frame.opendate)
    frame["closed"] = pandas.to_datetime(frame.closedate.where(frame.closedate != "", None))
    frame["again"] = followed(frame.zip.where(frame.zip != "", None), frame.opened, pandas.Timedelta(days=30), AS_OF)
    frame["days"] = (frame.closed - frame.opened).dt.days
    return frame


def in_30_days(days, opened):
    if opened + pandas.Timedelta(days=30) > pandas.Timestamp(AS_OF):  # the as-of day is over
        return None
    return bool(days <= 30)  # a case without an end has no days: no


def per_year(period):
    """The days of the year that ends with a period over the days of the period: 1 for a year."""
    span = pandas.Period(period)
    start, end = span.start_time, span.end_time.ceil("D")
    return (end - (end - pandas.DateOffset(years=1))).days / (end - start).days


def make():
    out = Values("05-complaints", "complaints", as_of=AS_OF)
    frame = cases()
    frame["year"] = frame.opendate.str[:4]
    frame["month"] = frame.opendate.str[:7]
    frame["quick"] = [in_30_days(d, o) for d, o in zip(frame.days, frame.opened)]
    boroughs = [({}, frame)] + [({"borough": b}, frame[frame.borough == b]) for b in PEOPLE]
    boroughs.append(({"borough": "(unknown)"}, frame[frame.borough == ""]))

    for segment, here in boroughs:
        for period in [None, *sorted(set(frame.year)), *sorted(set(frame.month))]:
            if period and len(period) == 7 and segment:
                continue  # months for the city, years for its boroughs
            cell = here if period is None else here[here["year" if len(period) == 4 else "month"] == period]
            out.add("cases", len(cell), period, segment)
            if not len(cell):
                continue
            known = cell.days.dropna()
            median = percentile(known, 50) if len(known) else None
            out.add("median_days", median, period, segment, n=len(known), skipped=len(cell) - len(known))
            out.rate("in_30_days", list(cell.quick), period, segment)
            out.rate("again", [None if a is None or a != a else a for a in cell.again], period, segment)
            if period and period < AS_OF[: len(period)]:
                people = sum(PEOPLE.values()) if not segment else PEOPLE.get(segment["borough"])
                out.add("per_1000", len(cell) / people * 1000 * per_year(period) if people else None, period, segment)
        for month in pandas.period_range("2015-01", AS_OF[:7], freq="M"):
            if segment and month.month != 12:
                continue
            end = min(month.end_time.ceil("D"), pandas.Timestamp(AS_OF) + pandas.Timedelta(days=1))
            open_ = (here.opened < end) & ~(here.closed < end)
            out.add("backlog", int(open_.sum()), str(month), segment)
    return out
