"""Card 02: the telecom customers. Churn three ways, satisfaction and customers per 1,000 people, five tables joined."""

import math

from oracle import Values, number, text

TENURE = [(13, "to 1 year"), (25, "to 2 years"), (49, "to 4 years"), (math.inf, "longer")]


def customers():
    lines = text("telco-churn", "services.csv")[["Customer ID", "Contract", "Tenure in Months", "Monthly Charge", "Total Revenue"]]
    status = text("telco-churn", "status.csv")[["Customer ID", "Customer Status", "Satisfaction Score"]]
    frame = lines.merge(status, on="Customer ID", how="left", validate="one_to_one")
    for column in ["Tenure in Months", "Monthly Charge", "Total Revenue", "Satisfaction Score"]:
        frame[column] = number(frame[column])
    frame["tenure"] = [next(label for edge, label in TENURE if months < edge) for months in frame["Tenure in Months"]]
    frame["left"] = frame["Customer Status"] == "Churned"
    return frame


def make():
    out = Values(
        "02-telecom", "telecom",
        note="the customers are a census, so no value has an interval; churn_of_all is the rate without the filter on Joined",
    )
    frame = customers()
    # Every zip code once, those without a customer too: the denominator has its own grain.
    people = number(text("telco-churn", "population.csv")["Population"]).sum()
    cells = [({}, frame)]
    cells += [({"contract": c}, frame[frame.Contract == c]) for c in ["Month-to-Month", "One Year", "Two Year"]]
    cells += [({"tenure": label}, frame[frame.tenure == label]) for _, label in TENURE]
    for segment, cell in cells:
        known = cell[cell["Customer Status"] != "Joined"]
        out.rate("churn", list(known.left), segment=segment, interval=False)
        out.rate("churn_of_all", list(cell.left), segment=segment, interval=False)
        charge = cell["Monthly Charge"]
        out.add("revenue_churn", 100 * math.fsum(charge[cell.left]) / math.fsum(charge), segment=segment, n=int(charge.notna().sum()))
        score = cell["Satisfaction Score"]
        out.average("satisfaction", list(score), segment=segment, interval=False)
        out.rate("satisfied", [bool(s >= 4) if s == s else None for s in score], segment=segment, interval=False)
        out.add("per_1000", len(cell) / people * 1000, segment=segment)
    out.add("churn_worth", math.fsum(frame["Total Revenue"]) / 100)
    return out
