// The service worker with the list of everything the site is made of, so that a second visit needs no network.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

export function offline(): Plugin {
  return {
    name: "offline",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const hash = createHash("sha256");
      const files: string[] = [];
      for (const [name, part] of Object.entries(bundle).sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (name.endsWith(".map")) continue;
        files.push(name === "index.html" ? "./" : name);
        hash.update(name).update(part.type === "chunk" ? part.code : part.source);
      }
      for (const name of ["icon.svg", "manifest.webmanifest"]) {
        files.push(name);
        hash.update(readFileSync(new URL(`../public/${name}`, import.meta.url)));
      }
      const template = readFileSync(fileURLToPath(new URL("./sw.js", import.meta.url)), "utf8");
      const source = template
        .replace("__VERSION__", JSON.stringify(hash.digest("hex").slice(0, 16)))
        .replace("__FILES__", JSON.stringify(files));
      this.emitFile({ type: "asset", fileName: "sw.js", source });
    },
  };
}
