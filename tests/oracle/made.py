"""Cards 06 to 12, over the small made tables beside them. Needs no BELLWETHER_DATA.

Every value carries `card`. A month's anonymous cell with fewer than seven people has no value and the state suppressed.
"""

import math
from fractions import Fraction

import numpy
import pandas

from oracle import HERE, Values, mean

CARDS = HERE.parent / "cards"
NOW = pandas.Timestamp("2026-07-01")  # the instant after the as-of day, 2026-06-30


def table(card, name, dates=()):
    frame = pandas.read_csv(CARDS / card / f"{name}.csv", parse_dates=list(dates), keep_default_na=False, na_values=[""])
    return frame


def clamp(value):
    return min(100.0, max(0.0, value))


def anchors(value, zero, hundred):
    return clamp(100.0 * (value - zero) / (hundred - zero))


def cells(frame, cuts, period=None):
    """Total and each value of each cut, over the whole time and by period."""
    for cut in [None, *cuts]:
        for value in [None] if cut is None else sorted(frame[cut].dropna().unique()):
            part = frame if cut is None else frame[frame[cut] == value]
            segment = {} if cut is None else {cut: value}
            yield segment, None, part
            if period is not None:
                for step in sorted(frame[period].dropna().unique()):
                    yield segment, step, part[part[period] == step]


def share(out, metric, answers, step, segment, card):
    out.rate(metric, [None if a is None or a != a else bool(a) for a in answers], step, segment, card=card)


def at_least(column, threshold):
    return [None if v != v else v >= threshold for v in column]


def at_most(column, threshold):
    return [None if v != v else v <= threshold for v in column]


def nps(values):
    known = [v for v in values if v == v]
    if not known:
        return None, 0, len(values)
    score = 100 * (sum(v >= 9 for v in known) - sum(v <= 6 for v in known)) / len(known)
    return score, len(known), len(values) - len(known)


def put_nps(out, metric, values, step, segment, card, **rest):
    value, n, skipped = nps(values)
    out.add(metric, value, step, segment, n=n, skipped=skipped, card=card, **rest)


# --- 06 maturity ------------------------------------------------------------------------------------------------------


def maturity(out):
    card = "06-maturity"
    wide = table(card, "quiz", ["taken_on"])
    elements = [c for c in wide.columns if c not in ("person", "team", "taken_on")]
    quiz = wide.melt(["person", "team", "taken_on"], elements, "element", "level")
    quiz["year"] = quiz.taken_on.dt.strftime("%Y")
    for segment, step, part in cells(quiz, ["element", "team"], "year"):
        out.average("maturity", list(part["level"].astype(float)), step, segment, card=card)
        by_team = part.groupby("team")["level"].mean().dropna()
        if "team" not in segment:
            out.add("gap", float(by_team.max() - by_team.min()), step, segment, card=card)
    for step, part in [(None, quiz), *quiz.groupby("year")]:
        out.add("overall", min(anchors(v, 1, 5) for v in part.groupby("element")["level"].mean()), step, card=card)


# --- 07 journey -------------------------------------------------------------------------------------------------------


def quarter(column):
    return column.dt.year.astype(str) + "-Q" + column.dt.quarter.astype(str)


def journey(out):
    card, name = "07-journey", "first year"
    customers = table(card, "customers", ["joined_on", "renews_on"])
    touch = table(card, "touch_surveys", ["answered_on"]).rename(columns={"touchpoint": name})
    steps = table(card, "journey_events", ["happened_at"])
    touch["quarter"] = quarter(touch.answered_on)
    for segment, step, part in cells(touch, [name], "quarter"):
        effort = list(part.effort.astype(float))
        out.average("ease", effort, step, segment, card=card)
        share(out, "csat", at_least(part.csat, 4), step, segment, card)
        share(out, "pain", [e in ("angry", "lost", "anxious") for e in part.emotion], step, segment, card)
        if not segment:
            activation = list(part.effort[part[name] == "activate"].astype(float))
            out.average("activation", activation, step, segment, card=card)
            share(out, "bill_shock", at_most(part.csat[part[name] == "bill"], 2), step, segment, card)
            top = part.csat.dropna()
            if len(part) and len(top):
                mix = 0.4 * anchors(mean(effort), 3, 6.5) + 0.3 * anchors(100 * (top >= 4).mean(), 50, 90)
                pain = 100 * part.emotion.isin(["angry", "lost", "anxious"]).mean()
                out.add("journey", mix + 0.3 * anchors(pain, 40, 5), step, segment, card=card)
    decided = customers[customers.renews_on < NOW].assign(quarter=lambda c: quarter(c.renews_on))
    for segment, step, part in cells(decided, [], "quarter"):
        share(out, "renewal", list(part.renewed), step, segment, card)
    # Conversion: the first row of a step at or after the row that reached the step before.
    order = ["compare", "order", "delivery", "activate", "daily use"]
    reached = {}
    for customer, rows in steps.groupby("customer_id"):
        at = pandas.Timestamp.min
        for step in order:
            later = rows.happened_at[(rows.touchpoint == step) & (rows.happened_at >= at)]
            if later.empty:
                break
            at = later.min()
            reached[step] = reached.get(step, 0) + 1
    out.add("onward", 100 * reached[order[-1]] / reached[order[0]], n=reached[order[0]], card=card)


# --- 08 employee voice --------------------------------------------------------------------------------------------------


def voice(out):
    card = "08-employee-voice"
    pulse = table(card, "pulse", ["answered_on"])
    staff = table(card, "headcount")
    visits = table(card, "visits", ["visited_on"])
    pulse["month"] = pulse.answered_on.dt.strftime("%Y-%m")
    visits["month"] = visits.visited_on.dt.strftime("%Y-%m")
    for step, part in [(None, pulse), *pulse.groupby("month")]:
        put_nps(out, "enps", list(part.recommend), step, {}, card)
        out.average("manager", list(part.my_manager.astype(float)), step, {}, card=card)
        people = staff[staff.month == (step or staff.month.max())].people.sum()
        out.add("participation", 100 * part.token.nunique() / float(people), step, card=card)
        score = 0.6 * anchors(nps(list(part.recommend))[0], -50, 60) + 0.4 * anchors(part.my_manager.mean(), 2.5, 4.8)
        out.add("people", score, step, card=card)
    for (step, branch), part in pulse.groupby(["month", "branch"]):
        if part.token.nunique() < 7:
            out.add("enps", None, step, {"branch": branch}, card=card, state="suppressed")
    for segment, step, part in cells(visits, ["branch"], "month"):
        share(out, "csat", at_least(part.satisfaction, 4), step, segment, card)
        cents = sum(round(a * 100) for a in part.amount)
        out.add("spend", float(Fraction(cents, 100 * len(part))) if len(part) else None, step, segment, n=len(part), card=card)


# --- 09 programme -------------------------------------------------------------------------------------------------------


def done_within(start, end, span):
    """Yes or no once the time is over; None before, done or not: every row waits as long as the others."""
    if start + span >= NOW:
        return None
    return bool(pandas.notna(end) and end <= start + span)


def programme(out):
    card = "09-programme"
    customers = table(card, "customers")
    invites = table(card, "invites", ["sent_on"]).merge(customers[["customer_id", "plan"]], on="customer_id", how="left")
    answers = table(card, "answers", ["answered_on"]).merge(invites[["invite_id", "customer_id", "plan"]], on="invite_id", how="left")
    calls = table(card, "callbacks", ["called_at"])
    answers["first_call"] = answers.answer_id.map(calls.groupby("answer_id").called_at.min())
    answers["called"] = [done_within(s, e, pandas.Timedelta(hours=48)) for s, e in zip(answers.answered_on, answers.first_call)]
    invites["first_answer"] = invites.invite_id.map(answers.groupby("invite_id").answered_on.min())
    # The invitation is dated by day, so its 21 days are whole days.
    invites["in_time"] = [done_within(s, e.normalize() if pandas.notna(e) else e, pandas.Timedelta(days=21)) for s, e in zip(invites.sent_on, invites.first_answer)]
    days = invites.groupby("customer_id").sent_on.apply(list).to_dict()
    invites["lately"] = [sum(0 < (d - o).days <= 90 for o in days[c]) for c, d in zip(invites.customer_id, invites.sent_on)]
    invites["month"] = invites.sent_on.dt.strftime("%Y-%m")
    answers["month"] = answers.answered_on.dt.strftime("%Y-%m")
    for segment, step, part in cells(invites, ["plan"], "month"):
        there = part[part.delivered]
        share(out, "response", list(there.in_time), step, segment, card)
        share(out, "response_so_far", list(there.first_answer.notna()), step, segment, card)
        share(out, "fatigued", list(part.lately > 2), step, segment, card)
    for segment, step, part in cells(answers, ["plan"], "month"):
        share(out, "closed_loop", list(part.called[part.recommend <= 6]), step, segment, card)
        base = customers if not segment else customers[customers.plan == segment["plan"]]
        heard = base.yearly_value[base.customer_id.isin(set(part.customer_id))].sum()
        out.add("revenue_heard", 100 * float(heard) / float(base.yearly_value.sum()), step, segment, card=card)
    last = answers.sort_values("answered_on").groupby("customer_id").recommend.last()
    cold = customers[customers.customer_id.map(last) <= 6]
    for segment, step, part in cells(cold, ["plan"]):
        share(out, "kept", list(~part.left), step, segment, card)


# --- 10 executive -------------------------------------------------------------------------------------------------------


def fiscal(column):
    """Fiscal quarters of a year that starts in April and is named after the year it ends in."""
    shifted = column + pandas.DateOffset(months=9)
    return "FY" + shifted.dt.year.astype(str) + "-Q" + shifted.dt.quarter.astype(str)


def executive(out):
    card = "10-executive"
    customers = table(card, "customers", ["joined_on", "left_on"])
    survey = table(card, "survey", ["answered_on"])
    tickets = table(card, "tickets", ["opened_at"])
    survey["period"], tickets["period"] = fiscal(survey.answered_on), fiscal(tickets.opened_at)
    for segment, step, part in cells(survey, [], "period"):
        out.average("effort", list(part.effort.astype(float)), step, segment, card=card)
        share(out, "closed_loop", list(part.called_48h), step, segment, card)
    for start in pandas.date_range("2024-01-01", "2026-04-01", freq="QS"):
        step = fiscal(pandas.Series([start])).iloc[0]
        end = start + pandas.DateOffset(months=3)
        alive = lambda at: (customers.joined_on < at) & (customers.left_on.isna() | (customers.left_on >= at))
        days = pandas.date_range(start, end, inclusive="left")
        active = Fraction(sum(int(alive(day + pandas.Timedelta(days=1)).sum()) for day in days), len(days))
        cents = sum(round(c * 100) for c in tickets.cost[tickets.period == step])
        a_year = Fraction((end - (end - pandas.DateOffset(years=1))).days, len(days))
        out.add("cost_to_serve", float(Fraction(cents, 100) / active * a_year), step, card=card)
        before = alive(end - pandas.DateOffset(months=12))
        out.add("retention", 100 * float((before & alive(end)).sum()) / float(before.sum()), step, n=int(before.sum()), card=card)


# --- 11 account health --------------------------------------------------------------------------------------------------

SUNDAY = pandas.Timestamp("2026-06-28")  # the as-of day of this card; its last week is 2026-W26
HEALTH = {"adoption": (0.4, 20, 80), "open_p1": (0.2, 3, 0), "nps": (0.25, -50, 70), "sentiment": (0.15, -0.5, 0.6)}


def past(frame, column, days):
    """Rows of the days before and including the as-of day."""
    day = frame[column].dt.normalize()
    return frame[(day <= SUNDAY) & (day > SUNDAY - pandas.Timedelta(days=days))]


def parts_of(members, usage, tickets, survey, calls):
    """The four parts for some accounts: values, and which of them are stale."""
    ids = set(members.account_id)
    use = past(usage, "day", 28)
    use = use[use.account_id.isin(ids)]
    seats = use.account_id.map(members.set_index("account_id").seats).sum()
    recent = past(tickets, "opened_at", 180)
    open_p1 = recent[recent.account_id.isin(ids) & (recent.priority == "P1") & recent.closed_at.isna()]
    answers = past(survey, "answered_on", 180)
    notes = past(calls, "called_on", 90)
    values = {
        "adoption": 100 * float(use.active_users.sum()) / float(seats) if len(use) else None,
        "open_p1": float(len(open_p1)),
        "nps": nps(list(answers.recommend[answers.account_id.isin(ids)]))[0],
        "sentiment": mean(notes.sentiment[notes.account_id.isin(ids)]) if notes.account_id.isin(ids).any() else None,
    }
    stale = {"adoption"} if len(use) and (SUNDAY - use.day.max()).days > 10 else set()
    return values, stale


def health(values, stale, tier):
    weights = {name: weight for name, (weight, _, _) in HEALTH.items()}
    if tier == "enterprise":
        weights |= {"adoption": 0.3, "sentiment": 0.25}
    there = [name for name in HEALTH if values[name] is not None]
    if math.fsum(weights[name] for name in there) < 0.6 * math.fsum(weights.values()) - 1e-12:
        return None
    counted = {name: weights[name] * (0.5 if name in stale else 1.0) for name in there}
    score = math.fsum(w * anchors(values[n], HEALTH[n][1], HEALTH[n][2]) for n, w in counted.items()) / math.fsum(counted.values())
    caps = [40.0] if values["open_p1"] > 0 else []
    caps += [50.0] if values["adoption"] is not None and values["adoption"] < 10 else []
    return min([score, *caps])


def account_health(out):
    card, week = "11-account-health", "2026-W26"
    accounts = table(card, "accounts", ["joined_on", "renews_on"])
    usage, tickets = table(card, "usage", ["day"]), table(card, "tickets", ["opened_at", "closed_at"])
    survey, calls = table(card, "survey", ["answered_on"]), table(card, "call_notes", ["called_on"])
    manual = table(card, "csm_overrides", ["expires_on"])
    tables = (usage, tickets, survey, calls)
    for segment, _, members in cells(accounts, ["tier"]):
        values, stale = parts_of(members, *tables)
        for name, value in values.items():
            out.add(name, value, week, segment, card=card)
        out.add("health", health(values, stale, segment.get("tier")), week, segment, card=card)
        decided = members[members.renews_on <= SUNDAY]
        share(out, "renewal", list(decided.renewed), None, segment, card)
    held = manual[manual.expires_on >= SUNDAY].set_index("account_id").score
    scores = {}
    for account in accounts.itertuples():
        if (SUNDAY - account.joined_on).days <= 90:
            continue
        values, stale = parts_of(accounts[accounts.account_id == account.account_id], *tables)
        score = health(values, stale, account.tier)
        scores[account.account_id] = float(held.get(account.account_id, score)) if score is not None or account.account_id in held else None
        out.add("health", scores[account.account_id], entity=account.account_id, card=card)
    known = accounts[[scores.get(a) is not None for a in accounts.account_id]]
    low = known.arr[[scores[a] < 50 for a in known.account_id]].sum()
    out.add("arr_at_risk", 100 * float(low) / float(known.arr.sum()), n=len(known), skipped=len(accounts) - len(known), card=card)


# --- 12 company ---------------------------------------------------------------------------------------------------------


def company(out):
    card = "12-company"
    customers, survey, tickets = (table(card, name) for name in ("customers", "survey", "tickets"))
    recommend = survey.recommend.where(survey.recommend != 99)
    put_nps(out, "nps", list(recommend), None, {}, card)
    share(out, "csat", at_least(survey.satisfaction, 4), None, {}, card)
    share(out, "fcr", list((tickets.contacts == 1) & ~tickets.reopened), None, {}, card)
    share(out, "retention", list(~customers.churned), None, {}, card)
    parts = [
        (0.3, anchors(nps(list(recommend))[0], 0, 60)),
        (0.5, anchors(100 * (survey.satisfaction >= 4).mean(), 50, 95)),
        (0.2, anchors(100 * ((tickets.contacts == 1) & ~tickets.reopened).mean(), 50, 90)),
    ]
    out.add("health", math.fsum(w * v for w, v in parts), card=card)

    card = "12-company/business"
    accounts = table("12-company", "accounts")
    survey = table("12-company", "business_survey").merge(accounts, on="account_id", how="left")
    known = survey[survey.recommend != 99]
    score = numpy.sign((known.recommend >= 9).astype(int) - (known.recommend <= 6).astype(int))
    weighted = 100 * float((score * known.arr).sum()) / float(known.arr.sum())
    top = 100 * float(survey.arr[survey.satisfaction >= 4].sum()) / float(survey.arr.sum())
    out.add("nps", weighted, n=len(known), skipped=len(survey) - len(known), card=card)
    out.add("csat", top, n=len(survey), skipped=0, card=card)
    out.add("revenue_kept", 100 * float(accounts.arr[~accounts.churned].sum()) / float(accounts.arr.sum()), n=len(accounts), card=card)
    out.add("health", 0.7 * anchors(weighted, 0, 60) + 0.3 * anchors(top, 50, 95), card=card)


def make():
    out = Values("06 to 12", "made", as_of="2026-06-30", note="card 11: as of 2026-06-28")
    for part in (maturity, journey, voice, programme, executive, account_health, company):
        part(out)
    return out
