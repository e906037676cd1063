// The page: editor left, results right, data below; on a phone one of the three at a time.
import { useRef } from "preact/hooks";
import { DataPane, DropArea } from "../data/DataPane";
import { definition, Editor, formatCard, rename } from "../editor/Editor";
import { ResultsPane } from "../results/ResultsPane";
import { Why } from "../results/Why";
import { findings } from "../state/store";
import { Header } from "./Header";
import { Icon } from "./Icon";
import { Mishap } from "./Mishap";
import { drawer, pane, view, type Pane } from "./panes";
import { Toast } from "./toast";
import { Tour } from "./Tour";

export function App() {
  return (
    <div class="page" data-pane={pane.value}>
      <Header />
      <main>
        <section class="card-pane" aria-label="Card">
          <CardTools />
          <Editor />
        </section>
        <Splitter />
        <ResultsPane />
        <DataPane />
      </main>
      <PhoneTabs />
      <Why />
      <Mishap />
      <Tour />
      <Toast />
      <DropArea />
    </div>
  );
}

function CardTools() {
  const errors = findings.value.filter((finding) => finding.severity === "error").length;
  const warnings = findings.value.filter((finding) => finding.severity === "warning").length;
  return (
    <div class="card-tools">
      <h2>scorecard.rhai</h2>
      <button type="button" class="link" onClick={() => { view.value = "findings"; pane.value = "results"; }}>
        {errors > 0 ? <span class="bad-text"><Icon name="bad" size={12} /> {errors} {errors === 1 ? "error" : "errors"}</span>
          : warnings > 0 ? <span class="warn-text"><Icon name="warn" size={12} /> {warnings} {warnings === 1 ? "warning" : "warnings"}</span>
          : <span class="good-text"><Icon name="good" size={12} /> no findings</span>}
      </button>
      <span class="gap" />
      <button type="button" class="plain small" title="F12, or Ctrl and click" onClick={definition}>Go to definition</button>
      <button type="button" class="plain small" title="F2" onClick={rename}>Rename</button>
      <button type="button" class="plain small" title="Shift Alt F" onClick={formatCard}><Icon name="format" size={12} /> Format</button>
    </div>
  );
}

const LEAST = 24;

/** The line between editor and results, moved by pointer or arrows. */
function Splitter() {
  const line = useRef<HTMLDivElement>(null);
  const set = (percent: number) => {
    const to = Math.max(LEAST, Math.min(100 - LEAST, percent));
    line.current!.parentElement!.style.setProperty("--split", `${to}%`);
    line.current!.setAttribute("aria-valuenow", String(Math.round(to)));
  };
  const now = () => Number(line.current!.getAttribute("aria-valuenow"));
  return (
    <div
      class="splitter" role="separator" aria-orientation="vertical" aria-label="Width of the editor" tabIndex={0} ref={line}
      aria-valuemin={LEAST} aria-valuemax={100 - LEAST} aria-valuenow={42}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && set((event.clientX / innerWidth) * 100)}
      onKeyDown={(event) => {
        const by = { ArrowLeft: -2, ArrowRight: 2 }[event.key];
        if (by) set(now() + by);
      }}
    />
  );
}

const PANES: [Pane, string, "file" | "star" | "table"][] = [["card", "Card", "file"], ["results", "Results", "star"], ["data", "Data", "table"]];

function show(id: Pane): void {
  pane.value = id;
  // The drawer is a pane of its own there, and nothing else is in it.
  if (id === "data") drawer.value = true;
}

function PhoneTabs() {
  return (
    <nav class="phone-tabs" aria-label="Panes">
      {PANES.map(([id, word, icon]) => (
        <button key={id} type="button" aria-current={pane.value === id ? "page" : undefined} onClick={() => show(id)}>
          <Icon name={icon} /> {word}
        </button>
      ))}
    </nav>
  );
}
