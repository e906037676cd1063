// The entry for browsers and bundlers: the WebAssembly is fetched from beside this file.

import init from "./bellwether.js";
import { setLoader } from "./engine.js";

// Written out here, as bundlers look for it: the bindings know no place of their own.
setLoader((wasm) => init({ module_or_path: wasm ?? new URL("./bellwether_bg.wasm", import.meta.url) }));

export { BellwetherError, Engine } from "./engine.js";
