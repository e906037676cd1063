import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { early } from "./build/early.ts";
import { examples } from "./build/examples.ts";
import { offline } from "./build/offline.ts";
import { headers, policy } from "./build/policy.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  // Relative, so that the built site can lie in any folder of any server.
  base: "./",
  plugins: [examples(here("../examples")), policy(), early(), offline()],
  resolve: {
    alias: [
      { find: /^@bellwether\/engine$/, replacement: here("../crates/wasm/pkg/index.js") },
      { find: "@bellwether/engine", replacement: here("../crates/wasm/pkg") },
    ],
  },
  worker: { format: "es" },
  build: {
    target: "es2022",
    // Nothing comes as a data: address, which the content security policy would refuse.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
    modulePreload: { polyfill: false },
  },
  server: { fs: { allow: [here("..")] } },
  preview: { port: 4173, headers },
});
