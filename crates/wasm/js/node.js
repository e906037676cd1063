// The entry for Node: the WebAssembly is read from beside this file.

import { readFile } from "node:fs/promises";

import init, { initSync } from "./bellwether.js";
import { setLoader } from "./engine.js";

setLoader(async (wasm) => {
  if (wasm === undefined) {
    initSync({ module: await readFile(new URL("bellwether_bg.wasm", import.meta.url)) });
  } else if ((wasm instanceof URL || typeof wasm === "string") && new URL(wasm, import.meta.url).protocol === "file:") {
    initSync({ module: await readFile(new URL(wasm, import.meta.url)) });
  } else {
    await init({ module_or_path: wasm });
  }
});

export { BellwetherError, Engine } from "./engine.js";
