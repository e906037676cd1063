// Everything the engine gives, in views.
import type { Results } from "@bellwether/engine";
import { retry } from "../state/session";
import { failed, findings, given, outdated, text, troubled, wanted, working } from "../state/store";
import { Empty } from "../ui/Empty";
import { Icon } from "../ui/Icon";
import { drawer, pane, view, type View } from "../ui/panes";
import { Tabs, type Tab } from "../ui/Tabs";
import { Finding, Findings } from "./Findings";
import { date } from "./format";
import { Initiatives } from "./Initiatives";
import { Journey } from "./Journey";
import { Links } from "./Links";
import { Raw } from "./Raw";
import { Scorecard } from "./Scorecard";
import { Segments } from "./Segments";
import { StatusLine } from "./StatusLine";
import { Trends } from "./Trends";
import { WhatIf } from "./WhatIf";

export function ResultsPane() {
  const shown = given.value;
  const found = findings.value;
  const errors = found.filter((finding) => finding.severity === "error").length;
  const tabs: Tab<View>[] = [
    { id: "scorecard", label: "Scorecard" },
    { id: "trends", label: "Trends" },
    { id: "segments", label: "Segments" },
    { id: "journey", label: "Journey" },
    { id: "links", label: "Links" },
    { id: "what-if", label: "What if" },
    { id: "initiatives", label: "Initiatives" },
    { id: "findings", label: "Findings", count: found.length, alert: errors > 0 },
    { id: "report", label: "Report" },
  ];
  return (
    <section class="results" aria-label="Results" data-tour="results">
      {shown && <Head results={shown.report.results} />}
      <Tabs label="Views of the results" tabs={tabs} chosen={view.value} onChoose={(id) => (view.value = id)} />
      <div class={`panel ${outdated.value ? "outdated" : ""}`} id={`panel-${view.value}`} role="tabpanel" aria-labelledby={`tab-${view.value}`} tabIndex={0}>
        <Trouble />
        {view.value === "findings" ? <Findings /> : shown ? <Shown view={view.value} /> : <Nothing />}
      </div>
    </section>
  );
}

function Shown({ view }: { view: View }) {
  const { report } = given.value!;
  const { results } = report;
  switch (view) {
    case "trends":
      return <Trends results={results} />;
    case "segments":
      return <Segments results={results} />;
    case "journey":
      return <Journey results={results} />;
    case "links":
      return <Links results={results} />;
    case "what-if":
      return <WhatIf results={results} />;
    case "initiatives":
      return <Initiatives results={results} />;
    case "report":
      return <Raw report={report} />;
    default:
      return <Scorecard results={results} />;
  }
}

function Head({ results }: { results: Results }) {
  const { header } = results;
  return (
    <header class="results-head">
      <div>
        <h1>{header.title.value}</h1>
        {header.purpose && <p>{header.purpose.value}</p>}
      </div>
      <p class="meta">
        {header.owner && <span><Icon name="person" size={12} /> {header.owner.value}</span>}
        {results.headline_period && <span>{results.headline_period}</span>}
        {results.as_of && <span>as of {date(results.as_of)}</span>}
        <StatusLine />
      </p>
    </header>
  );
}

/** What keeps the present text from having results, with the next thing to do. */
function Trouble() {
  if (!failed.value || !troubled.value || view.value === "findings") return null;
  const errors = findings.value.filter((finding) => finding.severity === "error");
  const missing = wanted.value;
  return (
    <div class="trouble" role="alert">
      {missing.length > 0 ? (
        <>
          <p><Icon name="table" /> The card reads {missing.map((table) => table.file ?? table.name).join(", ")}, which {missing.length === 1 ? "is" : "are"} not here yet.</p>
          <button type="button" class="primary" onClick={() => { drawer.value = true; pane.value = "data"; }}>Give it the data</button>
        </>
      ) : (
        <>
          <p>
            <Icon name="bad" /> {trouble(failed.value.code, errors.length)}
            {given.value && " Below is the last result that worked."}
          </p>
          <ul class="findings">
            {(errors.length ? errors : failed.value.diagnostics).slice(0, 3).map((finding, at) => <Finding key={at} finding={finding} />)}
            {errors.length === 0 && failed.value.diagnostics.length === 0 && <li class="finding"><p>{failed.value.message}</p></li>}
          </ul>
          {failed.value.code === "internal" && <button type="button" class="plain" onClick={retry}>Try again</button>}
        </>
      )}
    </div>
  );
}

/** What kind of trouble it is, and whose. */
function trouble(code: string, errors: number): string {
  if (code === "internal") return "These results are not there.";
  if (code === "limit") return "A limit of the playground is reached.";
  if (code === "data") return "The data do not fit the card.";
  return errors > 1 ? `${errors} errors in the card.` : "An error in the card.";
}

function Nothing() {
  if (failed.value) return null;
  if (text.value.trim() === "") {
    return (
      <Empty title="An empty card" code={`scorecard("Support").owner("Care").purpose("Solve it the first time");\nlet tickets = table("tickets").file("tickets.csv").date("opened_at");\nmetric("fcr", rate(tickets, |t| t.contacts == 1)).target(75);`}>
        Open an example above, drop a file and start a card from it, or type the first lines yourself.
      </Empty>
    );
  }
  return <p class="empty" role="status">{working.value ? "Reading the card and its data…" : ""}</p>;
}
