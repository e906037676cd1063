// What the page may load: itself, and nothing else.
import type { Plugin } from "vite";

const rules = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  // CodeMirror and Vega put their own rules for styles into the page.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
];

/** Headers of the server that shows the built site; a server of yours does well to send the same. */
export const headers = {
  "Content-Security-Policy": [...rules, "frame-ancestors 'none'"].join("; "),
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** Writes the policy into the page, so that it holds on any server. */
export function policy(): Plugin {
  return {
    name: "policy",
    apply: "build",
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: rules.join("; ") },
        injectTo: "head-prepend",
      },
    ],
  };
}
