// node crates/wasm/first/run.js FOLDER ADDRESS COUNT: what a page does until it shows numbers, and at its first edits, with the
// package in FOLDER. Its WebAssembly leaves a mark for each of its COUNT functions from ADDRESS on; the places of those that
// were run are written, and become the first of its two modules (`cargo xtask wasm`).
//
// It must do the same at every run: builds are compared byte for byte. What is not done here works as well, and is loaded a
// little later.

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, address, count] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const at = (name) => pathToFileURL(resolve(folder, name)).href;
const { initSync } = await import(at("bellwether.js"));
const { memory } = initSync({ module: readFileSync(join(folder, "bellwether_bg.wasm")) });
const { Engine } = await import(at("node.js"));
const { CARD, csv } = await import("../bench/workload.js");

const examples = new URL("../../../examples/", import.meta.url);
const clock = (() => {
  let now = 0;
  return () => (now += 0.01);
})();

/** As the playground asks (`web-demo/src/engine/worker.ts`): links come later, and each call tells how far it is. */
const progress = () => true;
const FIRST = { links: false, progress };
const asked = (text) => ({ text, name: "card", params: {} });

// The example that the playground opens with.
const here = (file) => readFileSync(new URL(`subscriber-health/${file}`, examples));
const text = here("scorecard.rhai").toString();
const shown = await Engine.create({ preset: "interactive", clock });
for (const { name, file } of shown.check({ text }).tables) {
  shown.setTable(name, { csv: here(file) }, { origin: file, progress });
}
shown.tables();
shown.check(asked(text), { progress });
shown.overview(asked(text), FIRST);
// An edit, and what is asked beside it.
const edited = asked(`${text}\n// edited`);
shown.check(edited, { progress });
const report = shown.overview(edited, FIRST);
for (const { name } of [...report.results.metrics, ...report.results.scores]) shown.cells(edited, name, FIRST);
shown.evaluate({ text: `${text}\n// again` }, { links: false });
shown.free();

// A card that goes through most of what is there at first.
const SMALL = `
scorecard("first").owner("a").purpose("b").min_n(1);
let t = table("t").key("k").date("d").rows(["k", "d", "g", "v"], [["a", "2026-01-05", "x", 1], ["b", "2026-02-05", "y", 5], ["c", "2026-02-06", "x", 4]]);
t.column("v").scale(1, 5);
segment("g", t.g);
period("month");
outcome("o", rate(t, |r| r.v >= 4)).target(80);
metric("m", mean(t.v)).target(4).drives("o");
metric("n", top_box(t.v, 2)).target(80).drives("o");
score("s").mix("m", 0.5, 1, 5).mix("n", 0.5, 0, 100).bands(50, 75);`;

// Measures that many cards have, and one more of them at an edit.
const engine = await Engine.create({ clock });
engine.overview({ text: SMALL }, { links: false });
engine.setTable("survey", { csv: csv().split("\n").slice(0, 5_000).join("\n") });
for (const more of ["", 'metric("more", mean(survey.minutes).where(|s| s.effort > 2)).target(3).owner("a");']) {
  engine.overview({ text: CARD + more }, FIRST);
}
engine.free();

// The first card of somebody who has read a page of the guide.
const beginner = await Engine.create({ clock });
if (!beginner.version || !beginner.limits || beginner.broken) throw new Error("no engine");
beginner.setTable("survey", { csv: "answered_on,recommend,region\n2026-05-03,10,West\n2026-05-04,9,East\n2026-06-05,2,West\n" });
const simple = (...lines) => ({
  text: ['scorecard("Loyalty").owner("CX").min_n(1);', 'let survey = table("survey")', 'survey.column("recommend").scale(0, 10);', ...lines].join("\n"),
});
for (const date of [";", '.date("answered_on");']) {
  for (const segment of ["", 'segment("region", survey.region);']) {
    const card = simple('metric("nps", nps(survey.recommend)).target(45).owner("CX");', segment);
    card.text = card.text.replace('table("survey")', `table("survey")${date}`);
    beginner.check(card);
    beginner.overview(card, { links: false });
  }
}
beginner.free();

const marks = new Uint8Array(memory.buffer, address, count);
const run = [];
for (let place = 0; place < count; place += 1) if (marks[place] !== 0) run.push(place);
console.log(run.join("\n"));
