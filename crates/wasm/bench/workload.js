// 100,000 answers, 12 measures, 104 cells of each: 7 regions and the total, by 12 months and over the whole time.

export const ROWS = 100_000;

export const CARD = `
scorecard("Speed").owner("CX").purpose("Measure the engine").min_n(1);
let survey = table("survey").date("answered_on");
survey.columns("recommend").scale(0, 10);
survey.columns("satisfaction").scale(1, 5);
survey.columns("effort").scale(1, 7);
segment("region", survey.region);
period("month");
metric("nps", nps(survey.recommend)).target(30).owner("a");
metric("recommend", mean(survey.recommend)).target(7).owner("a");
metric("promoters", top_box(survey.recommend, 2)).target(40).owner("a");
metric("detractors", rate(survey, |s| s.recommend <= 6)).lower_is_better().target(20).owner("a");
metric("csat", top_box(survey.satisfaction, 2)).target(70).owner("a");
metric("satisfaction", mean(survey.satisfaction)).target(4).owner("a");
metric("effort", mean(survey.effort)).lower_is_better().target(3).owner("a");
metric("easy", rate(survey, |s| s.effort <= 2 && s.satisfaction >= 4)).target(50).owner("a");
metric("minutes", mean(survey.minutes)).lower_is_better().target(9).owner("a");
metric("revenue", sum(survey.revenue)).target(1).owner("a");
metric("answers", count(survey)).target(1).owner("a");
metric("digital", rate(survey, |s| s.channel in ["app", "web"])).target(50).owner("a");
`;

/** The table as CSV; the same bytes at every run. */
export function csv() {
  let state = 20_261_122;
  const below = (limit) => {
    // Marsaglia's xorshift, in 32 bits.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
  const regions = ["North", "South", "East", "West", "Centre", "Isles", "Abroad"];
  const channels = ["app", "web", "phone", "shop"];
  const lines = ["answered_on,region,channel,recommend,satisfaction,effort,minutes,revenue"];
  for (let row = 0; row < ROWS; row += 1) {
    const month = String(1 + below(12)).padStart(2, "0");
    const day = String(1 + below(28)).padStart(2, "0");
    const recommend = below(20) === 0 ? "" : below(11);
    lines.push(
      `2026-${month}-${day},${regions[below(7)]},${channels[below(4)]},${recommend},${1 + below(5)},${1 + below(7)},` +
        `${below(2_000) / 100},${below(100_000) / 100}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

/** Seconds of `turns` calls, sorted; the first call is not counted. */
export function timed(turns, call) {
  call(0);
  const times = [];
  for (let turn = 1; turn <= turns; turn += 1) {
    const started = performance.now();
    call(turn);
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b);
}

export const median = (times) => times[Math.floor(times.length / 2)];

/** Measures the package: reading, evaluating with the report as a JavaScript object, and a change of the card. `cpu`, where the
 * host knows it: milliseconds of CPU so far, all threads. */
export async function measure(Engine, turns, cpu) {
  const started = performance.now();
  const engine = await Engine.create();
  const ready = performance.now() - started;
  const bytes = new TextEncoder().encode(csv());
  const reading = timed(Math.min(turns, 5), () => engine.setTable("survey", { csv: bytes }));
  const before = cpu?.();
  // Another text each time, so that nothing that was made before is answered again.
  const cards = timed(turns, (turn) => engine.evaluate({ text: `${CARD}\n// ${turn}` }, { links: false }));
  const taken = cpu && (cpu() - before) / (turns + 1);
  const report = engine.evaluate({ text: CARD });
  const checking = timed(turns, (turn) => engine.check({ text: `${CARD}\n// ${turn} again` }));
  const cells = report.results.metrics.reduce((sum, metric) => sum + metric.cells.length, 0);
  return {
    ready,
    cells,
    metrics: report.results.metrics.length,
    readMs: median(reading),
    evaluateMs: median(cards),
    evaluateLeastMs: cards[0],
    evaluateCpuMs: taken,
    checkMs: median(checking),
    sha256: report.provenance.results_sha256,
  };
}
