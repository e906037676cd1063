// Vega without `eval`: expressions are interpreted, so that the content security policy stays strict.
import { Error as Quiet, logger, parse, View } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";

export interface Drawing {
  free(): void;
  picture(kind: "svg" | "png"): Promise<Blob>;
}

type Spec = Record<string, unknown>;

/** Width of a picture that is downloaded. */
const PICTURE = 760;

/** Draws a specification as wide as its place. The page has the title already, and its own ground. */
export async function draw(host: HTMLElement, spec: Spec): Promise<Drawing> {
  const { title: _, ...untitled } = spec;
  const view = made({ ...untitled, background: "transparent" }, Math.max(220, host.clientWidth));
  view.tooltip(tooltip);
  // Outside the page first, so that the old picture stays until the new one is there.
  const holder = document.createElement("div");
  // The place around it says in a sentence what is to be seen; the marks one by one would only be noise.
  holder.ariaHidden = "true";
  view.initialize(holder);
  await view.runAsync();
  host.replaceChildren(holder);
  return {
    free: () => {
      view.finalize();
      hide();
    },
    picture: (kind) => picture(spec, kind),
  };
}

function made(spec: Spec, width: number): View {
  const wide = { autosize: { type: "fit-x", contains: "padding" }, ...spec, width } as unknown as TopLevelSpec;
  const runtime = parse(compile(wide, { logger: logger(Quiet) }).spec, undefined, { ast: true });
  return new View(runtime, { renderer: "svg", expr: expressionInterpreter, logLevel: Quiet, hover: true });
}

/** The chart with its title and ground, as a file. */
async function picture(spec: Spec, kind: "svg" | "png"): Promise<Blob> {
  const view = made(spec, PICTURE);
  try {
    await view.runAsync();
    if (kind === "svg") return new Blob([await view.toSVG()], { type: "image/svg+xml" });
    const canvas = await view.toCanvas(2);
    return await new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the browser gave no picture"))), "image/png"));
  } finally {
    view.finalize();
  }
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
