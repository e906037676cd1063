import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CallError, Client, Superseded, type Ended, type WorkerLike } from "../../src/engine/client";
import { PATIENCE } from "../../src/engine/engines";
import type { Answer, Request, Source } from "../../src/engine/protocol";

/** A worker whose answers the test gives. */
class Scripted implements WorkerLike {
  onmessage: ((event: MessageEvent<Answer>) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  asked: Request[] = [];
  ended = false;
  postMessage(message: unknown): void {
    this.asked.push(message as Request);
  }
  terminate(): void {
    this.ended = true;
  }
  say(answer: Answer): void {
    this.onmessage?.({ data: answer } as MessageEvent<Answer>);
  }
  ready(): void {
    this.say({ kind: "ready", version: "test", ms: 1 });
  }
  done(value: unknown): void {
    this.say({ kind: "done", id: this.asked.at(-1)!.id, value, ms: 1 });
  }
  /** A file of the engine did not come: before the call, or in its middle. */
  lacks(trap: boolean, id = this.asked.at(-1)?.id ?? 0): void {
    this.say({ kind: "failed", id, failure: { code: "loading", message: "no network", diagnostics: [], trap } });
  }
}

const source = (name: string): Source => ({ name, file: `${name}.csv`, blob: new Blob(["a\n1"]), kind: "csv", options: {} });

describe("a client", () => {
  let workers: Scripted[];
  let ends: [Ended, string | undefined][];
  let client: Client;
  let whole: number;
  const worker = () => workers.at(-1)!;
  /** A worker that has shown a card, so that the next call gets no time for a first one. */
  const warm = async () => {
    client.start();
    worker().ready();
    const first = client.call("overview", [{ text: "first" }]);
    worker().done({});
    await first;
  };

  beforeEach(() => {
    vi.useFakeTimers();
    workers = [];
    ends = [];
    whole = 0;
    client = new Client(
      () => {
        workers.push(new Scripted());
        return worker();
      },
      { patience: 1000, slowPatience: 5000, onEnd: (why, _, lost) => ends.push([why, lost]), onWhole: () => void (whole += 1) },
    );
  });
  afterEach(() => void vi.useRealTimers());

  it("asks one thing at a time, in order", async () => {
    const first = client.call("tables", []);
    const second = client.call("reference", []);
    expect(worker().asked).toEqual([]);
    worker().ready();
    expect(worker().asked.map((call) => call.op)).toEqual(["tables"]);
    worker().done([1]);
    worker().done([2]);
    expect(await first).toEqual([1]);
    expect(await second).toEqual([2]);
  });

  it("makes only the newest call of a lane", async () => {
    client.start();
    worker().ready();
    const busy = client.call("tables", []);
    const old = client.call("check", [{ text: "old" }], { lane: "check" });
    const lost = expect(old).rejects.toBeInstanceOf(Superseded);
    const recent = client.call("check", [{ text: "new" }], { lane: "check" });
    worker().done([]);
    worker().done({ ok: true });
    await lost;
    await busy;
    expect(await recent).toEqual({ ok: true });
    expect(worker().asked.map((call) => call.args)).toEqual([[], [{ text: "new" }]]);
  });

  it("lets what is urgent pass what waits", () => {
    client.start();
    worker().ready();
    void client.call("tables", []);
    void client.call("overview", [{ text: "" }]);
    void client.call("complete", [{ text: "" }, 0], { urgent: true });
    worker().done([]);
    expect(worker().asked.at(-1)!.op).toBe("complete");
  });

  it("ends a silent worker, starts another and reads the tables again", async () => {
    const loaded = client.load(source("survey"));
    worker().ready();
    worker().done({ name: "survey" });
    await loaded;
    // The first time with new tables is the slowest, and gets more time.
    const first = client.call("overview", [{ text: "" }]);
    vi.advanceTimersByTime(4999);
    worker().done({});
    await first;
    client.patience = 1000;
    const hangs = expect(client.call("overview", [{ text: "loop" }])).rejects.toMatchObject({ message: expect.stringMatching(/did not answer/) });
    const waits = client.call("check", [{ text: "next" }]);
    vi.advanceTimersByTime(999);
    expect(workers).toHaveLength(1);
    vi.advanceTimersByTime(1);
    await hangs;
    expect(workers).toHaveLength(2);
    expect(workers[0]!.ended).toBe(true);
    expect(ends).toEqual([["silent", undefined]]);
    worker().ready();
    expect(worker().asked.map((call) => call.op)).toEqual(["load"]);
    worker().done({ name: "survey" });
    expect(worker().asked.at(-1)!.op).toBe("check");
    worker().done({ ok: true });
    expect(await waits).toEqual({ ok: true });
  });

  it("leaves the page time to start another within 1.5 s of silence", async () => {
    client.patience = PATIENCE;
    await warm();
    const hangs = expect(client.call("overview", [{ text: "loop" }])).rejects.toBeInstanceOf(CallError);
    vi.advanceTimersByTime(PATIENCE - 1);
    expect(workers).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(workers).toHaveLength(2);
    await hangs;
    // The rest of it is the start of an engine: see docs/benchmarks.md.
    expect(PATIENCE).toBeLessThan(1500 - 300);
  });

  it("does not count a worker as silent that gives signs of life", async () => {
    await warm();
    void client.call("overview", [{ text: "" }]).catch(() => undefined);
    for (let beat = 0; beat < 5; beat++) {
      vi.advanceTimersByTime(900);
      worker().say({ kind: "alive", id: worker().asked.at(-1)!.id, done: beat / 5 });
    }
    expect(workers).toHaveLength(1);
    vi.advanceTimersByTime(1000);
    expect(workers).toHaveLength(2);
  });

  it("gives a slow machine more time, by what its first card took", async () => {
    client.start();
    worker().ready();
    const first = client.call("overview", [{ text: "" }]);
    vi.advanceTimersByTime(2000);
    worker().done({});
    await first;
    void client.call("overview", [{ text: "more" }]).catch(() => undefined);
    vi.advanceTimersByTime(2999);
    expect(workers).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(workers).toHaveLength(2);
  });

  it("asks again for what needs a file that did not come, and goes on with the rest", async () => {
    await warm();
    const charts = client.call("charts", [{ text: "first" }], { lane: "charts" });
    const check = client.call("check", [{ text: "first" }]);
    worker().lacks(false);
    expect(ends).toEqual([["not fetched", undefined]]);
    worker().done({ ok: true });
    expect(await check).toEqual({ ok: true });
    // After a second, after two, after four; said once.
    for (const [pause, count] of [[1000, 2], [2000, 3], [4000, 4]] as const) {
      vi.advanceTimersByTime(pause - 1);
      expect(worker().asked.filter(({ op }) => op === "charts")).toHaveLength(count - 1);
      vi.advanceTimersByTime(1);
      expect(worker().asked.filter(({ op }) => op === "charts")).toHaveLength(count);
      if (count < 4) worker().lacks(false);
    }
    expect(workers).toHaveLength(1);
    expect([ends.length, whole]).toEqual([1, 0]);
    worker().done(["a chart"]);
    expect(await charts).toEqual(["a chart"]);
    expect(whole).toBe(1);
  });

  it("starts anew where that file was wanted in the middle of a call, reads the tables, and makes the call at last", async () => {
    const loaded = client.load(source("survey"));
    worker().ready();
    worker().done({ name: "survey" });
    await loaded;
    const numbers = client.call("overview", [{ text: "rare" }], { lane: "overview" });
    worker().lacks(true);
    expect(workers.map(({ ended }) => ended)).toEqual([true, false]);
    worker().ready();
    expect(worker().asked.map(({ op }) => op)).toEqual(["load"]);
    worker().done({ name: "survey" });
    expect(worker().asked).toHaveLength(1);
    client.hurry();
    expect(worker().asked.at(-1)).toMatchObject({ op: "overview", args: [{ text: "rare" }] });
    worker().done({ results: {} });
    expect(await numbers).toEqual({ results: {} });
    expect([ends.map(([why]) => why), whole]).toEqual([["not fetched"], 1]);
  });

  it("waits for a network where not even the first file has come, and loses nothing that was asked", async () => {
    const loaded = client.load(source("survey"));
    worker().lacks(false, 0);
    expect(ends).toEqual([["not fetched", undefined]]);
    // What is asked meanwhile starts none.
    const numbers = client.call("overview", [{ text: "" }]);
    expect(workers).toHaveLength(1);
    vi.advanceTimersByTime(1000);
    expect(workers).toHaveLength(2);
    worker().ready();
    expect(whole).toBe(1);
    worker().done({ name: "survey" });
    worker().done({ results: {} });
    expect(await loaded).toEqual({ name: "survey" });
    expect(await numbers).toEqual({ results: {} });
  });

  it("gives up what waits for a file when something newer is asked", async () => {
    await warm();
    const old = expect(client.call("charts", [{ text: "old" }], { lane: "charts" })).rejects.toBeInstanceOf(Superseded);
    worker().lacks(false);
    const recent = client.call("charts", [{ text: "new" }], { lane: "charts" });
    await old;
    worker().done(["new"]);
    expect(await recent).toEqual(["new"]);
    vi.advanceTimersByTime(60_000);
    expect(worker().asked.map(({ args }) => (args[0] as { text: string }).text)).toEqual(["first", "old", "new"]);
  });

  it("starts anew after a trap, and says so", async () => {
    client.start();
    worker().ready();
    const call = expect(client.call("overview", [{ text: "" }])).rejects.toMatchObject({ failure: { trap: true } });
    worker().say({ kind: "failed", id: worker().asked[0]!.id, failure: { code: "internal", message: "unreachable", diagnostics: [], trap: true } });
    await call;
    expect(ends).toEqual([["trap", undefined]]);
    expect(workers).toHaveLength(2);
  });

  it("does not read a file again that ended the worker", async () => {
    const loaded = expect(client.load(source("bomb"))).rejects.toBeInstanceOf(CallError);
    worker().ready();
    vi.advanceTimersByTime(5000);
    await loaded;
    expect(ends).toEqual([["silent", "bomb"]]);
    worker().ready();
    expect(worker().asked).toEqual([]);
  });

  it("forgets a file that cannot be read, and keeps the one before", async () => {
    const first = client.load(source("survey"));
    worker().ready();
    worker().done({});
    await first;
    const again = expect(client.load({ ...source("survey"), options: { types: { a: "date" } } })).rejects.toBeInstanceOf(CallError);
    worker().say({ kind: "failed", id: worker().asked.at(-1)!.id, failure: { code: "data", message: "no", diagnostics: [], trap: false } });
    await again;
    client.cancel();
    void client.call("overview", [{ text: "" }]).catch(() => undefined);
    vi.advanceTimersByTime(1000);
    worker().ready();
    expect((worker().asked[0]!.args[0] as Source).options).toEqual({});
  });

  it("cancels what runs and what waits, and starts again when next asked", async () => {
    client.start();
    worker().ready();
    const running = expect(client.call("overview", [{ text: "" }])).rejects.toBeInstanceOf(Superseded);
    const waiting = expect(client.call("charts", [{ text: "" }])).rejects.toBeInstanceOf(Superseded);
    client.cancel();
    await running;
    await waiting;
    expect(workers).toHaveLength(1);
    expect(worker().ended).toBe(true);
    void client.call("tables", []);
    expect(workers).toHaveLength(2);
  });
});
