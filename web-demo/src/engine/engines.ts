// The two workers of the page: one for measures and for what a person waits for, one for links, which may be cancelled.
import { signal } from "@preact/signals";
import { Client, type Ended, type WorkerLike } from "./client";
import type { Answer, Failure } from "./protocol";

/** Why the engine was started anew, for the person to read. */
export interface Mishap {
  why: Ended;
  failure?: Failure;
  /** The table whose file was the cause. */
  lost?: string;
}

export const mishap = signal<Mishap | null>(null);

const spawn = () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }) as WorkerLike;

/** The worker that the page has started before its own code was there (`build/early.js`), with what it has said since. */
interface Early {
  worker: WorkerLike;
  heard: (["onmessage", MessageEvent<Answer>] | ["onerror", ErrorEvent])[];
}

declare global {
  /** Null: the page has asked for it. */
  var early: Early | null | undefined;
}

function first(): WorkerLike {
  const { early } = globalThis;
  globalThis.early = null;
  if (!early) return spawn();
  const { worker, heard } = early;
  // Whoever has asked for it listens from now on.
  queueMicrotask(() => {
    for (const [kind, event] of heard) worker[kind]?.(event as never);
  });
  return worker;
}

/** Silence after which the worker is ended: with the start of the next one that stays under 1.5 s. */
export const PATIENCE = 1100;
const SLOW_PATIENCE = 30_000;

/** It has all files after all. */
const onWhole = () => {
  if (mishap.peek()?.why === "not fetched") mishap.value = null;
};

export const measures = new Client(first, {
  patience: PATIENCE,
  slowPatience: SLOW_PATIENCE,
  onReady: () => void performance.mark("engine ready"),
  onEnd: (why, failure, lost) => {
    if (why !== "cancelled") mishap.value = { why, ...(failure && { failure }), ...(lost && { lost }) };
  },
  onWhole,
});

export const links = new Client(spawn, {
  patience: 20_000,
  slowPatience: SLOW_PATIENCE,
  onEnd: (why, failure) => {
    if (why !== "cancelled" && why !== "silent") mishap.value = { why, ...(failure && { failure }) };
  },
  onWhole,
});

/** Asks again for files that did not come. */
export function fetchAgain(): void {
  measures.hurry();
  links.hurry();
}
