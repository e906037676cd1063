// The two workers of the page: one for measures and for what a person waits for, one for links, which may be cancelled.
import { signal } from "@preact/signals";
import { Client, type Ended, type WorkerLike } from "./client";
import type { Failure } from "./protocol";

/** Why the engine was started anew, for the person to read. */
export interface Mishap {
  why: Ended;
  failure?: Failure;
  /** The table whose file was the cause. */
  lost?: string;
}

export const mishap = signal<Mishap | null>(null);

const spawn = () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }) as WorkerLike;

/** Silence after which the worker is ended: with the start of the next one that stays under 1.5 s. */
const PATIENCE = 1100;

export const measures = new Client(spawn, {
  patience: PATIENCE,
  slowPatience: 30_000,
  onReady: () => void performance.mark("engine ready"),
  onEnd: (why, failure, lost) => {
    if (why !== "cancelled") mishap.value = { why, ...(failure && { failure }), ...(lost && { lost }) };
  },
});

export const links = new Client(spawn, {
  patience: 20_000,
  slowPatience: 30_000,
  onEnd: (why, failure) => {
    if (why === "trap" || why === "failed to start") mishap.value = { why, ...(failure && { failure }) };
  },
});
