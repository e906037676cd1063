// The engine in a worker. Each call runs to its end before the next begins.
import { BellwetherError, Engine } from "@bellwether/engine";
import wasm from "@bellwether/engine/bellwether_bg.wasm?url";
import rest from "@bellwether/engine/bellwether_rest.wasm?url";
import { read } from "./read";
import type { Answer, Failure, PlainOp, Request, Source } from "./protocol";

/** Signs of life of a long call, this many milliseconds apart. */
const BEAT = 100;
/** Which argument of a call takes options, and with them a sign of life. */
const OPTIONS_AT: Partial<Record<PlainOp, number>> = {
  check: 1, overview: 1, evaluate: 1, cells: 2, charts: 1, explain: 2, whatIf: 2, backtest: 2, html: 1, markdown: 1,
};

/** What is answered by the part of the engine that is there at first; for anything else the other part is awaited. */
const AT_FIRST: ReadonlySet<PlainOp> = new Set<PlainOp>(["cells", "check", "tables"]);

const say = (answer: Answer) => postMessage(answer);

const started = performance.now();
const engine = Engine.create({ wasm, rest });
engine.then(
  ({ version }) => say({ kind: "ready", version, ms: performance.now() - started }),
  (error: unknown) => say({ kind: "failed", id: 0, failure: failure(error, false) }),
);

function alive(id: number) {
  let last = performance.now();
  return (done: number) => {
    const now = performance.now();
    if (now - last < BEAT) return;
    last = now;
    say({ kind: "alive", id, done });
  };
}

function failure(error: unknown, trap: boolean): Failure {
  if (error instanceof BellwetherError) {
    return { code: error.code, message: error.message, diagnostics: error.diagnostics, trap };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: "internal", message, diagnostics: [], trap: trap || error instanceof WebAssembly.RuntimeError || error instanceof RangeError };
}

async function answer({ id, op, args }: Request): Promise<unknown> {
  const ready = await engine;
  if (op === "load") {
    const source = args[0] as Source;
    // Only tables of text are read by what is there at first.
    const [table] = await Promise.all([read(source), source.kind === "csv" ? undefined : ready.prepare()]);
    return ready.setTable(source.name, table, { ...source.options, origin: source.file, progress: alive(id) });
  }
  const at = OPTIONS_AT[op];
  const given = [...args];
  if (at !== undefined) given[at] = { ...(given[at] as object | undefined), progress: alive(id) };
  const linked = op === "overview" && (args[1] as { links?: boolean } | undefined)?.links !== false;
  if (linked || (op !== "overview" && !AT_FIRST.has(op))) await ready.prepare();
  const method = (ready as unknown as Record<string, ((...args: unknown[]) => unknown) | undefined>)[op];
  if (!method) throw new Error(`this engine has no ${op}`);
  return method.apply(ready, given);
}

// One at a time, in order: reading a file waits, and nothing may pass it.
let turn: Promise<void> = Promise.resolve();
addEventListener("message", (event: MessageEvent<Request>) => {
  const request = event.data;
  turn = turn.then(async () => {
    const start = performance.now();
    try {
      const value = await answer(request);
      say({ kind: "done", id: request.id, value, ms: performance.now() - start });
    } catch (error) {
      const broken = await engine.then((ready) => ready.broken, () => false);
      say({ kind: "failed", id: request.id, failure: failure(error, broken) });
    }
  });
});
