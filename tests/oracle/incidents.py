"""Card 03: the service desk. One row per ticket out of an event log; volume by opening, quality by resolution."""

import pandas

from oracle import Values, followed, percentile, text

AS_OF = "2017-02-18"
PRIORITIES = ["1 - Critical", "2 - High", "3 - Moderate", "4 - Low"]


def stamp(column):
    return pandas.to_datetime(column.where(column != "?", None), format="%d/%m/%Y %H:%M")


def tickets():
    events = text("it-incidents", "incident_event_log.csv.gz")
    for column in ["opened_at", "resolved_at", "closed_at", "sys_updated_at"]:
        events[column] = stamp(events[column])
    for column in ["sys_mod_count", "reassignment_count", "reopen_count"]:
        events[column] = events[column].astype(int)
    order = ["number", "sys_updated_at", "sys_mod_count"]
    assert not events.duplicated(order).any() or not last_ties(events, order), "the last row of a ticket is not unique"
    last = events.sort_values(order, kind="stable").groupby("number").tail(1).reset_index(drop=True)
    last["hours"] = (last.resolved_at - last.opened_at).dt.total_seconds() / 3600
    last["back"] = followed(last.caller_id.where(last.caller_id != "?", None), last.opened_at, pandas.Timedelta(days=7), AS_OF)
    last["first_contact"] = (last.reassignment_count == 0) & (last.reopen_count == 0)
    return last


def last_ties(events, order):
    """Tickets whose last row is not decided by time of update and number of modification."""
    top = events.groupby("number")[["sys_updated_at"]].max().reset_index().merge(events, on=["number", "sys_updated_at"])
    top = top[top.sys_mod_count == top.groupby("number").sys_mod_count.transform("max")]
    return int(top.duplicated(order, keep=False).sum())


def strict(out, cell, month, segment):
    if len(cell):
        out.rate("fcr_strict", [None if b is None or b != b else not b for b in cell.back], month, segment)


def make():
    out = Values("03-incidents", "incidents", as_of=AS_OF)
    last = tickets()
    opened = last.opened_at.dt.strftime("%Y-%m")
    resolved = last.resolved_at.dt.strftime("%Y-%m")
    months = [str(m) for m in pandas.period_range(opened.min(), "2017-02", freq="M")]
    for priority in [None, *PRIORITIES]:
        here = last if priority is None else last[last.priority == priority]
        segment = {} if priority is None else {"priority": priority}
        for month in months:
            out.add("opened", int((opened[here.index] == month).sum()), month, segment)
            out.add("solved", int((resolved[here.index] == month).sum()), month, segment)
            end = pandas.Period(month).end_time.ceil("D")
            out.add("backlog", int(((here.opened_at < end) & ~(here.closed_at < end)).sum()), month, segment)
            strict(out, here[opened[here.index] == month], month, segment)
            cell = here[resolved[here.index] == month]
            if len(cell):
                out.rate("fcr", list(cell.first_contact), month, segment)
                out.rate("sla", list(cell.made_sla == "true"), month, segment)
                out.rate("reopened", list(cell.reopen_count > 0), month, segment)
                out.add("p90_hours", percentile(cell.hours, 90), month, segment, n=len(cell), skipped=0)
        out.add("opened", len(here), None, segment)
        strict(out, here, None, segment)
        done = here[here.resolved_at.notna()]
        out.add("p90_hours", percentile(done.hours, 90), None, segment, n=len(done), skipped=len(here) - len(done))
        # Dated by their resolution, these skip tickets that have none, in the total too.
        answers = lambda yes: [bool(a) if known else None for a, known in zip(yes, here.resolved_at.notna())]
        out.rate("fcr", answers(here.first_contact), None, segment)
        out.rate("sla", answers(here.made_sla == "true"), None, segment)
        out.rate("reopened", answers(here.reopen_count > 0), None, segment)
    # Three tickets have no caller ("?"): they count as tickets, and "?" is not a caller.
    out.add("contacts", len(last) / last.caller_id[last.caller_id != "?"].nunique(), n=len(last))
    return out
