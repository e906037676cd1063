// A worker as the page sees it: calls with answers, the newest of a lane only, and a hard stop for a worker that is silent.
import { NOT_FETCHED, type Answer, type Args, type Failure, type Gives, type Op, type Request, type Source } from "./protocol";

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

export type Ended = "silent" | "trap" | "cancelled" | "failed to start" | "not fetched";

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
  /** Told when a worker has ended, with which failure, and the table that ended it, which is not read again. Where a file of the
   * engine did not come, it may go on with what it has. */
  onEnd?: (why: Ended, failure?: Failure, lost?: string) => void;
  /** Told when the file has come after all. */
  onWhole?: () => void;
  /** Told when a worker is ready. */
  onReady?: () => void;
}

/** How a call ends with its worker, for the person who waits for it. */
const WORDS: Record<Ended, string> = {
  silent: "The engine did not answer in time and was started again.",
  trap: "The engine broke and was started again.",
  cancelled: "It was stopped.",
  "failed to start": "The engine could not be started.",
  "not fetched": "A part of the engine could not be fetched.",
};

/** Questions about a card that was evaluated before. */
const ABOUT: ReadonlySet<Op> = new Set<Op>(["backtest", "cells", "charts", "evaluate", "explain", "html", "markdown", "whatIf"]);

/** A call may take as many times longer than the longest that was answered before its silence counts: a slow machine is not a
 * silent one. The first of a card is the slowest, and tells how slow the machine is. */
const LONGER = 1.5;
const MOST_PATIENCE = 10_000;

/** What did not come is asked for again after so many milliseconds, and after twice as many each time. */
const PAUSE = 1_000;
const MOST_PAUSE = 30_000;

export class Client {
  /** Grows when a worker was ended for its silence and the person asks for more time. */
  patience: number;
  private worker: WorkerLike | undefined;
  private ready = false;
  /** Whether nothing was worked out yet with the tables as they are. */
  private cold = true;
  /** When the present call was made. */
  private since = 0;
  private current: Call | undefined;
  private waiting: Call[] = [];
  /** Calls that wait for a file of the engine. */
  private late: Call[] = [];
  /** Whether that file is the one that a worker starts with: none is started before the pause is over. */
  private down = false;
  /** What was asked for and needs it. */
  private lacking = new Set<Op | "start">();
  private pause = PAUSE;
  private again: ReturnType<typeof setTimeout> | undefined;
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
    if (this.worker || this.down) return;
    const worker = this.spawn();
    this.worker = worker;
    this.cold = true;
    worker.onmessage = (event) => this.hear(worker, event.data);
    worker.onerror = (event) => {
      if (worker === this.worker) this.end("failed to start", { code: "internal", message: event.message, diagnostics: [], trap: true });
    };
    // What it knew before, before anything else is asked of it.
    const asked = new Set([...this.waiting, ...this.late].filter((call) => call.op === "load").map((call) => (call.args[0] as Source).name));
    const reload = [...this.sources.values()].filter((source) => !asked.has(source.name)).map((source) => this.made("load", [source]));
    const loads = this.waiting.filter((call) => call.op === "load");
    this.waiting = [...reload, ...loads, ...this.waiting.filter((call) => call.op !== "load")];
    this.watch();
  }

  /** Whether something is asked of the worker. */
  get busy(): boolean {
    return this.current !== undefined || this.waiting.length > 0 || this.late.length > 0;
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
    const others = (call: Call) => {
      if (call.lane !== lane) return true;
      call.reject(new Superseded());
      return false;
    };
    this.waiting = this.waiting.filter(others);
    this.late = this.late.filter(others);
  }

  /** Asks at once for what did not come. */
  hurry(): void {
    clearTimeout(this.again);
    this.again = undefined;
    this.down = false;
    this.waiting.push(...this.late.splice(0));
    if (this.waiting.length === 0) return;
    this.start();
    this.send();
  }

  /** Ends whatever runs, now; the next call starts a new worker. */
  cancel(): void {
    if (this.current) this.end("cancelled");
    else this.dismissed().forEach((call) => call.reject(new Superseded()));
  }

  /** Everything that waits, which waits no more. */
  private dismissed(): Call[] {
    return [...this.waiting.splice(0), ...this.late.splice(0)];
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
      clearTimeout(this.timer);
      this.options.onReady?.();
      this.come("start");
      this.send();
      return;
    }
    if (answer.kind === "failed" && answer.id === 0) {
      if (answer.failure.code === NOT_FETCHED) this.postpone("start", answer.failure);
      else this.end("failed to start", answer.failure);
      return;
    }
    if (answer.id !== this.current?.id) return;
    if (answer.kind === "alive") return this.watch();
    if (answer.kind === "failed" && answer.failure.code === NOT_FETCHED) return this.postpone(this.current.op, answer.failure);
    if (answer.kind === "failed" && answer.failure.trap) return this.end("trap", answer.failure);
    clearTimeout(this.timer);
    const call = this.current;
    this.current = undefined;
    if (!this.cold || call.op === "overview") this.allow((performance.now() - this.since) * LONGER);
    if (call.op === "overview") this.cold = false;
    if (answer.kind === "done") {
      this.come(call.op);
      call.resolve(answer.value);
    } else {
      call.reject(new CallError(answer.failure));
    }
    this.send();
  }

  /** A file of the engine did not come: what needs it is asked again after a pause, and everything else goes on. */
  private postpone(needs: Op | "start", failure: Failure): void {
    clearTimeout(this.timer);
    if (this.current) this.late.push(this.current);
    this.current = undefined;
    this.down = needs === "start";
    this.again ??= setTimeout(() => this.hurry(), this.pause);
    this.pause = Math.min(this.pause * 2, MOST_PAUSE);
    const isFirst = this.lacking.size === 0;
    this.lacking.add(needs);
    if (this.down || failure.trap) {
      this.worker?.terminate();
      this.worker = undefined;
      this.ready = false;
      this.start();
    } else {
      this.send();
    }
    if (isFirst) this.options.onEnd?.("not fetched", failure);
  }

  /** What needs the file was answered. */
  private come(needed: Op | "start"): void {
    if (!this.lacking.has(needed)) return;
    this.lacking.clear();
    this.pause = PAUSE;
    this.options.onWhole?.();
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
    // The rest is still wanted.
    if (why === "silent" || why === "trap") this.start();
    else this.dismissed().forEach((other) => other.reject(why === "cancelled" ? new Superseded() : new CallError(gone)));
    this.options.onEnd?.(why, failure, lost);
  }
}
