// A chart of the core's model, drawn by Vega-Lite, which is loaded when the first chart is shown.
import { useEffect, useRef, useState } from "preact/hooks";
import { charts, type Drawn } from "../state/store";
import { download, fileName } from "../share/download";
import { Icon } from "../ui/Icon";
import type { Drawing } from "./vega";

export const chartsOf = (...kinds: string[]) => [...charts.value.values()].filter(({ chart }) => kinds.includes(chart.kind));

export function ChartFigure({ chart: { chart, vegaLite } }: { chart: Drawn }) {
  const host = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | null>(null);
  const [failed, setFailed] = useState("");
  const spec = JSON.stringify(vegaLite);
  useEffect(() => {
    let current = true;
    let drawn: Drawing | null = null;
    import("./vega")
      .then(({ draw }) => draw(host.current!, JSON.parse(spec) as Record<string, unknown>))
      .then((made) => {
        if (!current) return made.free();
        drawing.current?.free();
        drawing.current = drawn = made;
        setFailed("");
      })
      .catch((error: unknown) => current && setFailed(error instanceof Error ? error.message : String(error)));
    return () => {
      current = false;
      drawn?.free();
    };
  }, [spec]);
  const save = async (kind: "svg" | "png") => {
    if (drawing.current) download(fileName(chart.title, kind), await drawing.current.picture(kind));
  };
  return (
    <figure class="chart" data-chart={chart.kind} id={`chart-${chart.id}`}>
      <figcaption>
        <div>
          <h3>{chart.title}</h3>
          {chart.subtitle && <p class="subtitle">{chart.subtitle}</p>}
        </div>
        <span class="chart-tools">
          <Icon name="download" size={12} />
          {(["svg", "png"] as const).map((kind) => (
            <button key={kind} type="button" class="plain" onClick={() => void save(kind)} aria-label={`Download ${chart.title} as ${kind.toUpperCase()}`}>
              {kind.toUpperCase()}
            </button>
          ))}
        </span>
      </figcaption>
      <div ref={host} class="vega" role="img" aria-label={chart.about} />
      <p class="about">{failed ? `This chart cannot be drawn: ${failed}` : chart.about}</p>
    </figure>
  );
}
