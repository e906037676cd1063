// The entry for browsers and bundlers: the two files of WebAssembly are fetched from beside this file.

import init from "./bellwether.js";
import { setLoader } from "./engine.js";

// Written out here, as bundlers look for it: the bindings know no place of their own.
setLoader({
  first: (given) => init({ module_or_path: given ?? new URL("./bellwether_bg.wasm", import.meta.url) }),
  rest: async (given) => {
    if (!isAddress(given)) return given;
    const answer = await fetch(address(given));
    if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
    // While it comes, and kept compiled by browsers that do; a server may not know what it is.
    const isKnown = answer.headers.get("content-type")?.startsWith("application/wasm");
    return isKnown ? WebAssembly.compileStreaming(answer) : WebAssembly.compile(await answer.arrayBuffer());
  },
  restNow: (given) => (isAddress(given) ? fetchNow(address(given)) : given),
  // It is on its way before it is asked for.
  early: true,
});

const isAddress = (given) => given === undefined || typeof given === "string" || given instanceof URL;
const address = (given) => given ?? new URL("./bellwether_rest.wasm", import.meta.url);

/** The bytes at an address, while everything else waits. */
function fetchNow(from) {
  const request = new XMLHttpRequest();
  request.open("GET", from, false);
  // A page may not ask for bytes in this way, but for a text of signs of one byte.
  const isPage = typeof document !== "undefined";
  if (isPage) request.overrideMimeType("text/plain; charset=x-user-defined");
  else request.responseType = "arraybuffer";
  request.send();
  if (request.status !== 200) throw new Error(`${from}: ${request.status}`);
  return isPage ? Uint8Array.from(request.responseText, (sign) => sign.charCodeAt(0) & 0xff) : request.response;
}

export { BellwetherError, Engine } from "./engine.js";
