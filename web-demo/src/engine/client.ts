// A worker as the page sees it: calls with answers, the newest of a lane only, and a hard stop for a worker that is silent.
import type { Answer, Args, Failure, Gives, Op, Request, Source } from "./protocol";

/** As much of a worker as the client needs; tests hand in another. */
export interface WorkerLike {
  postMessage(message: unknown): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<Answer>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

/** A call that ended without a value. */
export class CallError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** A call that a newer one has made needless, or that was cancelled. */
export class Superseded extends Error {}

export type Ended = "silent" | "trap" | "cancelled" | "failed to start";

interface Call {
  id: number;
  op: Op;
  args: unknown[];
  lane: string | undefined;
  urgent: boolean;
  resolve(value: unknown): void;
  reject(reason: Error): void;
}

export interface CallOptions {
  /** Of the calls of a lane that wait, only the newest is made. */
  lane?: string;
  /** Goes ahead of those that wait: what a person waits for while typing. */
  urgent?: boolean;
}

export interface ClientOptions {
  /** Milliseconds without answer or sign of life after which a worker is ended. */
  patience: number;
  /** The same while it starts, reads a file, or works with what it has just read: the first time is the slowest. */
  slowPatience: number;
  /** Told when a worker has ended, with which failure, and the table that ended it, which is not read again. */
  onEnd?: (why: Ended, failure?: Failure, lost?: string) => void;
  /** Told when a worker is ready. */
  onReady?: () => void;
}

/** How a call ends with its worker, for the person who waits for it. */
const WORDS: Record<Ended, string> = {
  silent: "The engine did not answer in time and was started again.",
  trap: "The engine broke and was started again.",
  cancelled: "It was stopped.",
  "failed to start": "The engine could not be started.",
};

/** Questions about a card that was evaluated before. */
const ABOUT: ReadonlySet<Op> = new Set<Op>(["backtest", "cells", "charts", "evaluate", "explain", "html", "markdown", "whatIf"]);

/** A call may take as many times longer than the small first card before its silence counts. */
const SLOWNESS = 25;
const MOST_PATIENCE = 10_000;
/** And as many times longer than the longest call that was answered since the first. */
const LONGER = 1.5;

export class Client {
  /** Grows when a worker was ended for its silence and the person asks for more time. */
  patience: number;
  private worker: WorkerLike | undefined;
  private ready = false;
  /** Whether nothing was worked out yet with the tables as they are. */
  private cold = false;
  /** When the present call was made. */
  private since = 0;
  private current: Call | undefined;
  private waiting: Call[] = [];
  private sources = new Map<string, Source>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private next = 1;

  constructor(
    private readonly spawn: () => WorkerLike,
    private readonly options: ClientOptions,
  ) {
    this.patience = options.patience;
  }

  /** Starts the worker, if it does not run. */
  start(): void {
    if (this.worker) return;
    const worker = this.spawn();
    this.worker = worker;
    worker.onmessage = (event) => this.hear(worker, event.data);
    worker.onerror = (event) => {
      if (worker === this.worker) this.end("failed to start", { code: "internal", message: event.message, diagnostics: [], trap: true });
    };
    // What it knew before, before anything else is asked of it.
    const asked = new Set(this.waiting.filter((call) => call.op === "load").map((call) => (call.args[0] as Source).name));
    const reload = [...this.sources.values()].filter((source) => !asked.has(source.name)).map((source) => this.made("load", [source]));
    const loads = this.waiting.filter((call) => call.op === "load");
    this.waiting = [...reload, ...loads, ...this.waiting.filter((call) => call.op !== "load")];
    this.watch();
  }

  /** Whether something is asked of the worker. */
  get busy(): boolean {
    return this.current !== undefined || this.waiting.length > 0;
  }

  call<O extends Op>(op: O, args: Args<O>, { lane, urgent = false }: CallOptions = {}): Promise<Gives<O>> {
    return new Promise((resolve, reject) => {
      if (lane) this.forget(lane);
      const call = this.made(op, args, lane, urgent, resolve as (value: unknown) => void, reject);
      const before = urgent ? this.waiting.findIndex((other) => !other.urgent && other.op !== "load") : -1;
      if (before < 0) this.waiting.push(call);
      else this.waiting.splice(before, 0, call);
      this.start();
      this.send();
    });
  }

  /** Reads a file into a table, and again whenever the worker starts anew. */
  load(source: Source): Promise<Gives<"load">> {
    const before = this.sources.get(source.name);
    this.sources.set(source.name, source);
    return this.call("load", [source]).catch((error: unknown) => {
      // A file that cannot be read is not kept: it would fail again at every start.
      if (error instanceof CallError && this.sources.get(source.name) === source) {
        if (before) this.sources.set(source.name, before);
        else this.sources.delete(source.name);
      }
      throw error;
    });
  }

  /** Keeps a file for when the worker starts, without starting it. */
  keep(source: Source): void {
    this.sources.set(source.name, source);
    if (this.worker) void this.call("load", [source]).catch(() => undefined);
  }

  drop(name: string): void {
    this.sources.delete(name);
    if (this.worker) void this.call("dropTable", [name]).catch(() => undefined);
  }

  /** Gives up what waits in a lane. */
  forget(lane: string): void {
    this.waiting = this.waiting.filter((call) => {
      if (call.lane !== lane) return true;
      call.reject(new Superseded());
      return false;
    });
  }

  /** Ends whatever runs, now; the next call starts a new worker. */
  cancel(): void {
    if (this.current) this.end("cancelled");
    else this.waiting.splice(0).forEach((call) => call.reject(new Superseded()));
  }

  private made(
    op: Op, args: unknown[], lane?: string, urgent = false,
    resolve: (value: unknown) => void = () => undefined, reject: (reason: Error) => void = () => undefined,
  ): Call {
    return { id: this.next++, op, args, lane, urgent, resolve, reject };
  }

  private send(): void {
    if (!this.ready || this.current || !this.worker) return;
    this.current = this.waiting.shift();
    if (!this.current) return;
    const { id, op, args } = this.current;
    this.since = performance.now();
    if (op === "load" || op === "dropTable") this.cold = true;
    this.worker.postMessage({ id, op, args } satisfies Request);
    this.watch();
  }

  private watch(): void {
    clearTimeout(this.timer);
    if (this.ready && !this.current) return;
    // What is asked about a card that was evaluated already takes as long again, and cannot run for ever.
    const slow = !this.ready || this.cold || (this.current !== undefined && ABOUT.has(this.current.op));
    this.timer = setTimeout(() => this.end("silent"), slow ? Math.max(this.options.slowPatience, this.patience) : this.patience);
  }

  /** Gives calls so many milliseconds, if they have less. */
  private allow(milliseconds: number): void {
    this.patience = Math.max(this.patience, Math.min(milliseconds, MOST_PATIENCE));
  }

  private hear(worker: WorkerLike, answer: Answer): void {
    if (worker !== this.worker) return;
    if (answer.kind === "ready") {
      this.ready = true;
      // A slow machine is not a silent one.
      this.allow(answer.warm * SLOWNESS);
      clearTimeout(this.timer);
      this.options.onReady?.();
      this.send();
      return;
    }
    if (answer.kind === "failed" && answer.id === 0) return this.end("failed to start", answer.failure);
    if (answer.id !== this.current?.id) return;
    if (answer.kind === "alive") return this.watch();
    if (answer.kind === "failed" && answer.failure.trap) return this.end("trap", answer.failure);
    clearTimeout(this.timer);
    const call = this.current;
    this.current = undefined;
    if (!this.cold) this.allow((performance.now() - this.since) * LONGER);
    if (call.op === "overview") this.cold = false;
    if (answer.kind === "done") call.resolve(answer.value);
    else call.reject(new CallError(answer.failure));
    this.send();
  }

  private end(why: Ended, failure?: Failure): void {
    clearTimeout(this.timer);
    this.worker?.terminate();
    this.worker = undefined;
    this.ready = false;
    const call = this.current;
    this.current = undefined;
    // A file that ended the worker would end the next one, too.
    const lost = call?.op === "load" && why !== "cancelled" ? (call.args[0] as Source).name : undefined;
    if (lost) this.sources.delete(lost);
    const gone = failure ?? { code: "internal", message: WORDS[why], diagnostics: [], trap: false };
    call?.reject(why === "cancelled" ? new Superseded() : new CallError(gone));
    const waiting = this.waiting.splice(0);
    if (why === "silent" || why === "trap") {
      // The rest is still wanted.
      this.waiting = waiting;
      this.start();
    } else {
      waiting.forEach((other) => other.reject(why === "cancelled" ? new Superseded() : new CallError(gone)));
    }
    this.options.onEnd?.(why, failure, lost);
  }
}
