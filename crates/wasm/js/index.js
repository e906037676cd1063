// The entry for browsers and bundlers: the WebAssembly is fetched from beside this file.

import init from "./bellwether.js";
import { setLoader } from "./engine.js";

setLoader((wasm) => init({ module_or_path: wasm }));

export { BellwetherError, Engine } from "./engine.js";
