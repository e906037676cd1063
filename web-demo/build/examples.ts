// The examples of the repository, copied into the site: /examples/NAME/FILE. The list of them is the module `virtual:examples`.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const MODULE = "virtual:examples";
const RESOLVED = `\0${MODULE}`;

export interface ExampleEntry {
  name: string;
  title: string;
  /** What it shows. */
  about: string;
  /** Files of data beside the card. */
  files: { file: string; bytes: number }[];
}

/** Lines `| [name](name/) | what it shows |` of the examples' README. */
function described(folder: string): [string, string][] {
  const readme = readFileSync(join(folder, "README.md"), "utf8");
  return [...readme.matchAll(/^\| \[([^\]]+)\][^|]*\| ([^|]+) \|$/gm)].map((row) => [row[1]!, row[2]!.trim()]);
}

function entries(folder: string): ExampleEntry[] {
  const cards = described(folder).filter(([name]) => existsSync(join(folder, name, "scorecard.rhai")));
  return cards.map(([name, about]) => {
    const card = readFileSync(join(folder, name, "scorecard.rhai"), "utf8");
    const files = readdirSync(join(folder, name))
      .filter((file) => file.endsWith(".csv"))
      .map((file) => ({ file, bytes: readFileSync(join(folder, name, file)).length }));
    return { name, title: /scorecard\("([^"]+)"/.exec(card)?.[1] ?? name, about, files };
  });
}

export function examples(folder: string): Plugin {
  const all = () => {
    const found = new Map<string, Uint8Array | string>();
    for (const entry of entries(folder)) {
      for (const file of ["scorecard.rhai", ...entry.files.map((one) => one.file)]) {
        found.set(`examples/${entry.name}/${file}`, readFileSync(join(folder, entry.name, file)));
      }
    }
    return found;
  };
  return {
    name: "examples",
    resolveId: (id) => (id === MODULE ? RESOLVED : null),
    load: (id) => (id === RESOLVED ? `export const examples = ${JSON.stringify(entries(folder))};` : null),
    generateBundle() {
      for (const [fileName, source] of all()) this.emitFile({ type: "asset", fileName, source });
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const path = (request.url ?? "").split("?")[0]!.replace(/^\//, "");
        const source = path.startsWith("examples/") ? all().get(path) : undefined;
        if (source === undefined) return next();
        response.end(source);
      });
    },
  };
}
