// Which of the three panes a phone shows, and which view of the results.
import { signal } from "@preact/signals";

export type Pane = "card" | "results" | "data";
export const pane = signal<Pane>("results");

export type View = "scorecard" | "trends" | "segments" | "journey" | "links" | "initiatives" | "what-if" | "findings" | "report";
export const view = signal<View>("scorecard");

/** Whether the drawer of data is open on a wide page. */
export const drawer = signal(false);
