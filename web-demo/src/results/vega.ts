// Vega without `eval`: expressions are interpreted, so that the content security policy stays strict.
import { Error as Quiet, parse, View } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";

export interface Drawing {
  free(): void;
  picture(kind: "svg" | "png"): Promise<Blob>;
}

/** Draws a specification as wide as its place. */
export async function draw(host: HTMLElement, spec: object): Promise<Drawing> {
  const wide = { autosize: { type: "fit", contains: "padding" }, ...spec, width: Math.max(220, host.clientWidth) } as TopLevelSpec;
  const runtime = parse(compile(wide).spec, undefined, { ast: true });
  const view = new View(runtime, { renderer: "svg", expr: expressionInterpreter, logLevel: Quiet, hover: true });
  view.tooltip(tooltip);
  // Outside the page first, so that the old picture stays until the new one is there.
  const holder = document.createElement("div");
  view.initialize(holder);
  await view.runAsync();
  host.replaceChildren(holder);
  return {
    free: () => {
      view.finalize();
      hide();
    },
    picture: async (kind) => {
      if (kind === "svg") return new Blob([await view.toSVG()], { type: "image/svg+xml" });
      const canvas = await view.toCanvas(2);
      return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png"));
    },
  };
}

let box: HTMLElement | undefined;

const hide = () => box?.remove();

function tooltip(_handler: unknown, event: MouseEvent, _item: unknown, value: unknown): void {
  if (value === null || value === undefined || value === "") return hide();
  box ??= Object.assign(document.createElement("div"), { className: "chart-tip" });
  const lines = typeof value === "object" ? Object.entries(value).map(([name, of]) => `${name}: ${String(of)}`) : [String(value)];
  box.textContent = lines.join("\n");
  document.body.append(box);
  box.style.left = `${Math.min(event.clientX + 12, innerWidth - box.offsetWidth - 8)}px`;
  box.style.top = `${Math.min(event.clientY + 12, innerHeight - box.offsetHeight - 8)}px`;
}
