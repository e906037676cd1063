// node crates/wasm/bench/node.js [turns] [folder]: the package in Node (or that in another folder), beside the native engine on one
// thread where `cargo build --release -p bellwether-wasm --example native_speed` has made it.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { loadavg } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { CARD, csv, measure } from "./workload.js";

const turns = Number(process.argv[2] ?? 15);
const folder = resolve(process.argv[3] ?? fileURLToPath(new URL("../pkg", import.meta.url)));
const { Engine } = await import(pathToFileURL(`${folder}/node.js`).href);
const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};
const wasm = await measure(Engine, turns, cpu);
console.log(`load ${loadavg()[0].toFixed(1)}, ${wasm.metrics} measures, ${wasm.cells} cells`);
show("wasm, Node", wasm);
const program = fileURLToPath(new URL("../../../target/release/examples/native_speed", import.meta.url));
if (existsSync(program)) {
  const run = spawnSync(program, { input: JSON.stringify({ card: CARD, csv: csv(), turns }), maxBuffer: 1 << 26 });
  const native = JSON.parse(run.stdout);
  show("native", native);
  const times = (of) => (wasm[of] / native[of]).toFixed(2);
  console.log(`evaluate: ${times("evaluateMs")} times native by the middle, ${times("evaluateLeastMs")} by the least`);
  if (native.sha256 !== wasm.sha256) throw new Error("the results differ");
}

function show(name, { ready, readMs, evaluateMs, evaluateLeastMs, evaluateCpuMs, checkMs }) {
  const ms = (value) => `${value.toFixed(1)} ms`;
  console.log(
    `${name}: ${ready === undefined ? "" : `ready ${ms(ready)}, `}read ${ms(readMs)}, ` +
      `evaluate ${ms(evaluateMs)} (least ${ms(evaluateLeastMs)}${evaluateCpuMs === undefined ? "" : `, CPU ${ms(evaluateCpuMs)}`}), check ${ms(checkMs)}`,
  );
}
