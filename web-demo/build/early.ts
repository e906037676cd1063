// Starts the engine's worker from the head of the page, before the page's own code is fetched.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const WORKER = /^assets\/worker-[^/]*\.js$/;

export function early(): Plugin {
  return {
    name: "early",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const worker = Object.keys(bundle).find((name) => WORKER.test(name));
      const page = bundle["index.html"];
      if (!worker || page?.type !== "asset") this.error("there is no worker, or no page");
      const source = readFileSync(new URL("./early.js", import.meta.url), "utf8").replace("__WORKER__", JSON.stringify(`./${worker}`));
      const fileName = `assets/early-${createHash("sha256").update(source).digest("hex").slice(0, 8)}.js`;
      this.emitFile({ type: "asset", fileName, source });
      // Behind the policy, which holds for it, and before everything that is fetched.
      const html = page.source.toString();
      const behind = html.indexOf("<meta charset");
      if (behind < 0) this.error("the page has no place for it");
      page.source = `${html.slice(0, behind)}<script async src="./${fileName}"></script>\n    ${html.slice(behind)}`;
    },
  };
}
