"""Card 01: the airport survey. NPS and top-two boxes by terminal and year, weighted and not, blank codes left out."""

import pandas

from oracle import Values, effective, kish, mean, nps_interval, number, text, weighted_mean, wilson

TERMINALS = {"A": "International", "G": "International", "B": "Terminal 1", "C": "Terminal 1", "D": "Terminal 2",
             "E": "Terminal 3", "F": "Terminal 3"}
RENAMED = {"Q7WALKWAYS": "Q7WALKWAY", "Q9Boarding": "Q9BOARDING", "Q9Restroom": "Q9RESTROOM", "Q10Safe": "Q10SAFE"}
ITEMS = ["Q7ART", "Q7FOOD", "Q7STORE", "Q7SIGN", "Q7WALKWAY", "Q7SCREENS", "Q7WIFI", "Q9BOARDING", "Q9RESTROOM",
         "Q10SAFE", "Q14FIND", "Q14PASSTHRU"]


def survey():
    frames = []
    for year in ("2017", "2018"):
        frame = text("sfo-survey", f"sfo_{year}.csv.gz", encoding="latin-1").rename(columns=RENAMED)
        frames.append(frame[["BAREA", "NETPRO", "Q7ALL", "WEIGHT", *ITEMS]].assign(year=year))
    frame = pandas.concat(frames, ignore_index=True)
    frame["terminal"] = frame.BAREA.map(TERMINALS)
    frame["weight"] = number(frame.WEIGHT)
    recommend = number(frame.NETPRO)
    frame["recommend"] = recommend.where(recommend != 11)
    for column in ["Q7ALL", *ITEMS]:
        # 0, the words Blank and BLANK: no answer. 6: never used. Neither is part of the base.
        answer = number(frame[column].where(~frame[column].isin(["Blank", "BLANK"]), ""))
        frame[column + "_6"] = answer == 6
        frame[column] = answer.where(answer.between(1, 5))
    return frame


def estimate(out, metric, cell, column, score, period, segment, interval):
    """One metric in one cell, with the survey's weights and without."""
    used = cell[cell[column].notna()]
    marks = [score(v) for v in used[column]]
    rest = {"n": len(used), "skipped": len(cell) - len(used)}
    if column + "_6" in cell:
        rest["not_applicable"] = int(cell[column + "_6"].sum())
    weighted = 100 * weighted_mean(marks, used.weight)
    low, high = interval([marks_of(used.weight, marks, m) * effective(marks, used.weight) for m in (1, -1)], effective(marks, used.weight))
    out.add(metric, weighted, period, segment, weighted=True, n_effective=kish(used.weight), low=low, high=high, **rest)
    low, high = interval([marks.count(1), marks.count(-1)], len(marks))
    out.add(metric, 100 * mean(marks), period, segment, weighted=False, low=low, high=high, **rest)
    return weighted


def marks_of(weights, marks, mark):
    """The weighted share of a mark."""
    return weighted_mean([float(m == mark) for m in marks], weights)


def make():
    out = Values("01-airport", "airport", note="unweighted values: the card without its weight column")
    frame = survey()
    nps = lambda v: 1 if v >= 9 else -1 if v <= 6 else 0
    top = lambda v: 1 if v >= 4 else 0
    nps_ci = lambda ends, n: nps_interval(*ends, n)
    top_ci = lambda ends, n: wilson(ends[0], n)
    for period, rows in [("2017", frame[frame.year == "2017"]), ("2018", frame[frame.year == "2018"]), (None, frame)]:
        cells = [({}, rows)] + [({"terminal": t}, rows[rows.terminal == t]) for t in sorted(set(TERMINALS.values()))]
        for segment, cell in cells:
            estimate(out, "nps", cell, "recommend", nps, period, segment, nps_ci)
            estimate(out, "overall", cell, "Q7ALL", top, period, segment, top_ci)
            items = [estimate(out, item, cell, item, top, period, segment, top_ci) for item in ITEMS]
            # Twelve equal weights over rates that are already on 0 to 100.
            out.add("terminal_experience", mean(items), period, segment, weighted=True)
    return out
