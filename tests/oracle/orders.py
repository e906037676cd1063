"""Card 04: the orders. Ratings by lateness, deadlines that wait for their window, values rolled up from items, a many-to-many segment."""

import math

import pandas

from oracle import Values, number, text

AS_OF = "2018-10-17"
BUCKETS = [(1, "on time"), (4, "1-3 days"), (8, "4-7 days"), (math.inf, "8 days and more")]
UNKNOWN = "(unknown)"


def stamp(column):
    return pandas.to_datetime(column.where(column != "", None), format="%Y-%m-%d %H:%M:%S")


def tables():
    orders = text("olist-sample", "orders.csv.gz")
    for column in [c for c in orders if c.endswith(("_timestamp", "_at", "_date"))]:
        orders[column] = stamp(orders[column])
    customers = text("olist-sample", "customers.csv.gz")
    orders = orders.merge(customers[["customer_id", "customer_unique_id", "customer_state"]], on="customer_id", how="left", validate="many_to_one")
    reviews = text("olist-sample", "order_reviews.csv.gz")
    reviews["answered"] = stamp(reviews.review_answer_timestamp)
    reviews["score"] = number(reviews.review_score)
    items = text("olist-sample", "order_items.csv.gz")
    items["value"] = [p + f for p, f in zip(number(items.price), number(items.freight_value))]
    products = text("olist-sample", "products.csv.gz").merge(text("olist-sample", "category_translation.csv"), on="product_category_name", how="left", validate="many_to_one")
    items = items.merge(products[["product_id", "product_category_name_english"]], on="product_id", how="left", validate="many_to_one")
    items["category"] = items.product_category_name_english.fillna(UNKNOWN)
    return orders, customers, reviews, items


def on_time(order, whole_days):
    """Yes or no once the due date is past; None before, delivered or not. A due date is a day; compared as days it lasts
    until its end."""
    done, due = order.order_delivered_customer_date, order.order_estimated_delivery_date
    if due > pandas.Timestamp(AS_OF):  # the as-of day is over
        return None
    return bool(pandas.notna(done) and (done.normalize() if whole_days else done) <= due)


def bucket(days):
    return "never arrived" if days != days else next(label for edge, label in BUCKETS if days < edge)


def make():
    out = Values(
        "04-orders", "orders", as_of=AS_OF,
        note="on_time and value_late compare whole days; with by_time_stamp the due date is the midnight that begins it",
    )
    orders, customers, reviews, items = tables()
    now = pandas.Timestamp(AS_OF) + pandas.Timedelta(days=1)
    orders = orders[orders.order_purchase_timestamp < now].copy()
    reviews = reviews[reviews.answered < now]

    done, due = orders.order_delivered_customer_date, orders.order_estimated_delivery_date
    orders["days_late"] = (done.dt.normalize() - due.dt.normalize()).dt.days
    orders["lateness"] = [bucket(d) for d in orders.days_late]
    orders["month"] = orders.order_purchase_timestamp.dt.strftime("%Y-%m")
    # Exactly: prices and freights are decimals, so their sum in cents is a whole number.
    cents = items.assign(cents=[round(v * 100) for v in items.value]).groupby("order_id").cents.sum()
    # An order without items is worth 0: a sum over no rows.
    orders["cents"] = orders.order_id.map(cents).fillna(0).astype(int)
    live = orders[~orders.order_status.isin(["canceled", "unavailable"])]

    for whole_days, rest in [(True, {}), (False, {"by_time_stamp": True})]:
        answers = {o.order_id: on_time(o, whole_days) for o in orders.itertuples()}
        states = lambda rows: [answers[i] for i in rows.order_id]
        out.rate("on_time", states(live), **rest)
        for month in sorted(set(live.month)):
            out.rate("on_time", states(live[live.month == month]), month, **rest)
        for label in [label for _, label in BUCKETS] + ["never arrived"]:
            out.rate("on_time", states(live[live.lateness == label]), segment={"lateness": label}, **rest)
        for period, rows in [(None, orders)] + [(m, orders[orders.month == m]) for m in sorted(set(orders.month))]:
            known = rows[[answers[i] is not None for i in rows.order_id]]
            total = known.cents.sum()
            late = known.cents[[answers[i] is False for i in known.order_id]].sum()
            value = 100 * float(late) / float(total) if total else None
            out.add("value_late", value, period, n=len(known), skipped=len(rows) - len(known), **rest)

    shoppers = orders.groupby("customer_unique_id").size()
    out.rate("repeat", list(shoppers > 1))

    reviews = reviews.merge(orders[["order_id", "lateness", "customer_state"]], on="order_id", how="left", validate="many_to_one")
    reviews["month"] = reviews.answered.dt.strftime("%Y-%m")
    out.average("rating", list(reviews.score))
    for month in sorted(set(reviews.month)):
        out.average("rating", list(reviews.score[reviews.month == month]), month)
    for label in [label for _, label in BUCKETS] + ["never arrived"]:
        out.average("rating", list(reviews.score[reviews.lateness == label]), segment={"lateness": label})
    for state in ["SP", "RJ", "MG"]:
        out.average("rating", list(reviews.score[reviews.customer_state == state]), segment={"state": state})
    # Once each: a review counts once in every category that its order holds; an order without items is unknown.
    pairs = items[["order_id", "category"]].drop_duplicates()
    pairs = reviews.merge(pairs, on="order_id", how="left")
    pairs["category"] = pairs.category.fillna(UNKNOWN)
    for category, rows in pairs.groupby("category"):
        out.average("rating", list(rows.score), segment={"category": category})
    return out
