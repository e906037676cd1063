import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CallError, Client, Superseded, type Ended, type WorkerLike } from "../../src/engine/client";
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
  ready(warm = 1): void {
    this.say({ kind: "ready", version: "test", ms: 1, warm });
  }
  done(value: unknown): void {
    this.say({ kind: "done", id: this.asked.at(-1)!.id, value, ms: 1 });
  }
}

const source = (name: string): Source => ({ name, file: `${name}.csv`, blob: new Blob(["a\n1"]), kind: "csv", options: {} });

describe("a client", () => {
  let workers: Scripted[];
  let ends: [Ended, string | undefined][];
  let client: Client;
  const worker = () => workers.at(-1)!;

  beforeEach(() => {
    vi.useFakeTimers();
    workers = [];
    ends = [];
    client = new Client(
      () => {
        workers.push(new Scripted());
        return worker();
      },
      { patience: 1000, slowPatience: 5000, onEnd: (why, _, lost) => ends.push([why, lost]) },
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

  it("does not count a worker as silent that gives signs of life", () => {
    client.start();
    worker().ready();
    void client.call("overview", [{ text: "" }]).catch(() => undefined);
    for (let beat = 0; beat < 5; beat++) {
      vi.advanceTimersByTime(900);
      worker().say({ kind: "alive", id: worker().asked[0]!.id, done: beat / 5 });
    }
    expect(workers).toHaveLength(1);
    vi.advanceTimersByTime(1000);
    expect(workers).toHaveLength(2);
  });

  it("gives a slow machine more time", () => {
    client.start();
    worker().ready(100);
    void client.call("overview", [{ text: "" }]).catch(() => undefined);
    vi.advanceTimersByTime(2400);
    expect(workers).toHaveLength(1);
    vi.advanceTimersByTime(100);
    expect(workers).toHaveLength(2);
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
