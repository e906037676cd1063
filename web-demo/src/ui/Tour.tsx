// A first visit: three steps, each at its place.
import { effect, signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { given } from "../state/store";
import { drawer, pane, type Pane } from "./panes";

const KEY = "bellwether.shown-around";

interface Step {
  at: string;
  pane: Pane;
  title: string;
  text: string;
}

const STEPS: Step[] = [
  { at: "editor", pane: "card", title: "This is a scorecard", text: "A few lines say what is measured and what it should lead to. Change a number, such as a target, and the results follow as you type." },
  { at: "results", pane: "results", title: "Every number answers", text: "Press Why? on any of them: its formula, the rows used and skipped, and where it comes from. Changes say whether they are real or noise." },
  { at: "data", pane: "data", title: "Now with your data", text: "Drop a CSV, JSON, Parquet or Arrow file anywhere, and start a card from its columns. Files are read here and go nowhere else." },
];

const step = signal<number | null>(null);

export const startTour = () => (step.value = 0);

/** Starts by itself once, when there is something to show. */
export function tourOnce(): void {
  if (localStorage.getItem(KEY)) return;
  const stop = effect(() => {
    if (!given.value) return;
    step.value ??= 0;
    queueMicrotask(() => stop());
  });
}

function leave(): void {
  step.value = null;
  localStorage.setItem(KEY, "1");
}

export function Tour() {
  const at = step.value;
  const [place, setPlace] = useState<DOMRect | null>(null);
  const current = at === null ? null : STEPS[at]!;
  useEffect(() => {
    if (!current) return;
    pane.value = current.pane;
    if (current.at === "data") drawer.value = true;
    const find = () => {
      const box = document.querySelector(`[data-tour="${current.at}"]`)?.getBoundingClientRect();
      if (box) setPlace(box);
    };
    const frame = requestAnimationFrame(find);
    addEventListener("resize", find);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener("resize", find);
    };
  }, [current]);
  if (!current || at === null) return null;
  const narrow = innerWidth < 720;
  // Beside what it speaks of: at its foot, or above where it lies low.
  const low = place !== null && place.top > innerHeight / 3;
  const style = place && !narrow
    ? {
        left: `${Math.max(12, Math.min(place.left + place.width / 2 - 170, innerWidth - 352))}px`,
        top: `${Math.max(60, Math.min(low ? place.top - 225 : place.bottom - 250, innerHeight - 240))}px`,
      }
    : {};
  const frame = place && !narrow
    ? { left: `${place.left}px`, top: `${place.top}px`, width: `${place.width}px`, height: `${Math.min(place.height, innerHeight - place.top)}px` }
    : null;
  const last = at === STEPS.length - 1;
  return (
    <>
    {frame && <div class="tour-frame" style={frame} aria-hidden="true" />}
    <div class="tour" role="dialog" aria-label={current.title} style={style} onKeyDown={(event) => event.key === "Escape" && leave()}>
      <p class="tour-count">{at + 1} of {STEPS.length}</p>
      <h2>{current.title}</h2>
      <p>{current.text}</p>
      <p class="tour-tools">
        {last ? <button type="button" class="plain" onClick={() => (step.value = at - 1)}>Back</button> : <button type="button" class="plain" onClick={leave}>Skip</button>}
        {!last && <button type="button" class="primary" onClick={() => (step.value = at + 1)}>Next</button>}
        {last && <button type="button" class="primary" onClick={leave}>Start</button>}
      </p>
    </div>
    </>
  );
}
