// The example for Node in the README runs, and prints what the README says.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the example for Node prints what is written below it", () => {
  const [, program] = readme.match(/```js not-run: `[^`]*` runs it\n([\s\S]*?)```/);
  const [, printed] = readme.match(/```text not-run[^\n]*\n([\s\S]*?)```/);
  const folder = mkdtempSync(join(tmpdir(), "bellwether-"));
  try {
    mkdirSync(join(folder, "node_modules/@bellwether"), { recursive: true });
    // Imported by its name, as from any other project.
    symlinkSync(fileURLToPath(new URL("../pkg", import.meta.url)), join(folder, "node_modules/@bellwether/engine"));
    writeFileSync(join(folder, "example.mjs"), program);
    assert.equal(execFileSync(process.execPath, ["example.mjs"], { cwd: folder, encoding: "utf8" }), printed);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
