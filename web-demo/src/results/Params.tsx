// What the card lets a reader move: a slider for each param with a range, a field for others.
import type { Literal, Param as Declared } from "@bellwether/engine";
import { params, report } from "../state/store";

export function Params() {
  const items = report.value?.provenance.params ?? [];
  if (items.length === 0) return null;
  const moved = Object.keys(params.value).length > 0;
  return (
    <section class="params" aria-label="Params">
      {items.map((item) => <Param key={item.name} item={item} />)}
      {moved && (
        <button type="button" class="plain" onClick={() => (params.value = {})}>
          As the card says
        </button>
      )}
    </section>
  );
}

function set(name: string, value: Literal): void {
  params.value = { ...params.value, [name]: value };
}

function Param({ item: param }: { item: Declared }) {
  const value = params.value[param.name] ?? param.value;
  const id = `param-${param.name}`;
  const range = typeof value === "number" && param.min !== null && param.max !== null ? ([param.min, param.max] as const) : null;
  return (
    <div class="param">
      <label for={id}>
        {param.name.replaceAll("_", " ")} <output>{String(value ?? "")}</output>
      </label>
      {range ? (
        <>
          <input
            id={id} type="range" min={range[0]} max={range[1]} value={Number(value)} aria-describedby={`${id}-help`}
            step={Number.isInteger(param.default) && range[1] - range[0] > 2 ? 1 : (range[1] - range[0]) / 100}
            onInput={(event) => set(param.name, Number(event.currentTarget.value))}
          />
          <small id={`${id}-help`}>{param.help ?? `${param.min} to ${param.max}`}</small>
        </>
      ) : typeof value === "boolean" ? (
        <input id={id} type="checkbox" checked={value} onChange={(event) => set(param.name, event.currentTarget.checked)} />
      ) : (
        <input
          id={id} inputMode={typeof value === "number" ? "decimal" : "text"} value={String(value ?? "")}
          onChange={(event) => set(param.name, typeof value === "number" ? Number(event.currentTarget.value) : event.currentTarget.value)}
        />
      )}
    </div>
  );
}
