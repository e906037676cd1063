// The entry for Node: the two files of WebAssembly are read from beside this file.

import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";

import init, { initSync } from "./bellwether.js";
import { setLoader } from "./engine.js";

setLoader({
  first: async (given) => {
    const file = fileOf(given, "bellwether_bg.wasm");
    return file ? initSync({ module: await readFile(file) }) : init({ module_or_path: given });
  },
  rest: async (given) => {
    const file = fileOf(given, "bellwether_rest.wasm");
    if (file) return WebAssembly.compile(await readFile(file));
    return isAddress(given) ? WebAssembly.compile(await (await fetch(given)).arrayBuffer()) : given;
  },
  restNow: (given) => {
    const file = fileOf(given, "bellwether_rest.wasm");
    if (!file && isAddress(given)) throw new Error("a file from the network is awaited: `await engine.prepare()`");
    return file ? readFileSync(file) : given;
  },
  early: false,
});

const isAddress = (given) => given instanceof URL || typeof given === "string";

/** The file that is meant, if it is one. */
function fileOf(given, name) {
  if (given === undefined) return new URL(name, import.meta.url);
  const url = isAddress(given) ? new URL(given, import.meta.url) : undefined;
  return url?.protocol === "file:" ? url : undefined;
}

export { BellwetherError, Engine } from "./engine.js";
