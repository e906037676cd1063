// The first thing that a page runs: the engine is on its way while everything else still is. What it says is kept for the page's
// own code (src/engine/engines.ts), which mostly comes later; where it was sooner, it has started one itself.
if (globalThis.early === undefined) {
  const worker = new Worker(__WORKER__, { type: "module" });
  const heard = [];
  worker.onmessage = (event) => heard.push(["onmessage", event]);
  worker.onerror = (event) => heard.push(["onerror", event]);
  globalThis.early = { worker, heard };
}
