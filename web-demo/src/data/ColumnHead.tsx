// What is known of a column: kind, missing, distribution; the kind and the codes that mean missing can be set.
import type { ColumnDistribution, ColumnInfo, ColumnKind } from "@bellwether/engine";
import { useEffect, useState } from "preact/hooks";
import { CallError, Superseded } from "../engine/client";
import { measures } from "../engine/engines";
import type { Source } from "../engine/protocol";
import { count, number, plural } from "../results/format";
import { add } from "../state/files";
import { example, sources } from "../state/store";

const KINDS: Record<ColumnKind, string> = {
  bool: "yes or no", int: "whole number", float: "number", text: "text", date: "date", timestamp: "date and time",
};

export function ColumnHead({ table, column, rows }: { table: string; column: ColumnInfo; rows: number }) {
  const source = sources.value.get(table);
  const missing = column.blank + column.codedMissing;
  const given = source?.options.types?.[column.name];
  const codes = codesOf(source, column.name);
  const own = source?.kind === "csv";
  return (
    <th scope="col" class="column-head">
      <span class="column-name">{column.name}</span>
      <select
        aria-label={`Kind of ${column.name}`} value={given ?? ""} disabled={!own}
        onChange={(event) => void readAs(source!, column.name, event.currentTarget.value as ColumnKind | "")}
      >
        <option value="">{given ? "as found" : KINDS[column.type]}</option>
        {Object.entries(KINDS).map(([kind, word]) => (kind === column.type && !given ? null : <option key={kind} value={kind}>{word}</option>))}
      </select>
      <span class="missing-line">
        {missing === 0 ? "none missing" : `${count(missing)} missing (${number((missing / rows) * 100, missing / rows < 0.1 ? 1 : 0)}%)`}
      </span>
      <Distribution table={table} column={column} />
      {own && (
        <input
          type="text" placeholder="codes: 99, NA" title="Codes that mean missing" aria-label={`Codes of ${column.name} that mean missing`} value={codes}
          onChange={(event) => void missingCodes(source, column.name, event.currentTarget.value)}
        />
      )}
    </th>
  );
}

function codesOf(source: Source | undefined, column: string): string {
  const missing = source?.options.missing;
  return missing && !Array.isArray(missing) ? ((missing as Record<string, readonly (string | number)[]>)[column] ?? []).join(", ") : "";
}

async function readAs(source: Source, column: string, kind: ColumnKind | ""): Promise<void> {
  const { [column]: _, ...others } = source.options.types ?? {};
  await again(source, { ...source.options, types: kind ? { ...others, [column]: kind } : others });
}

async function missingCodes(source: Source, column: string, typed: string): Promise<void> {
  const codes = typed.split(",").map((code) => code.trim()).filter(Boolean);
  const before = (Array.isArray(source.options.missing) ? {} : source.options.missing) as Record<string, readonly (string | number)[]> | undefined;
  const { [column]: _, ...others } = before ?? {};
  await again(source, { ...source.options, missing: codes.length ? { ...others, [column]: codes } : others });
}

async function again(source: Source, options: Source["options"]): Promise<void> {
  // An example that is read in another way is no longer what a link to it would show.
  if (await add({ ...source, options })) example.value = null;
}

function Distribution({ table, column }: { table: string; column: ColumnInfo }) {
  const [spread, setSpread] = useState<ColumnDistribution | null>(null);
  useEffect(() => {
    let current = true;
    measures.call("distribution", [table, column.name, { top: 5, bins: 16 }]).then(
      (told) => current && setSpread(told),
      (error: unknown) => {
        if (!(error instanceof Superseded) && !(error instanceof CallError)) throw error;
      },
    );
    return () => {
      current = false;
    };
  }, [table, column]);
  if (!spread) return <span class="distribution" />;
  const range = column.min !== undefined && column.max !== undefined ? `${String(column.min)} to ${String(column.max)}` : plural(spread.distinct, "value");
  if (spread.bins.length > 1) {
    const most = Math.max(...spread.bins.map((bin) => bin.count), 1);
    return (
      <span class="distribution" role="img" aria-label={`${column.name}: ${range}`} title={range}>
        <span class="bins">{spread.bins.map((bin, at) => <i key={at} style={{ height: `${(bin.count / most) * 100}%` }} title={`${String(bin.from)} to ${String(bin.to)}: ${count(bin.count)}`} />)}</span>
        <small>{range}</small>
      </span>
    );
  }
  const total = spread.valid || 1;
  const top = spread.top.filter((one) => one.count > 1).slice(0, 4);
  return (
    <span class="distribution" role="img" aria-label={`${column.name}: ${plural(spread.distinct, "value")}${top.length ? `, most often ${top.map((one) => String(one.value)).join(", ")}` : ""}`}>
      <span class="shares">{top.map((one) => <i key={String(one.value)} style={{ width: `${(one.count / total) * 100}%` }} title={`${String(one.value)}: ${count(one.count)}`} />)}</span>
      <small>{top.length ? top.slice(0, 2).map((one) => String(one.value)).join(", ") : plural(spread.distinct, "value")}</small>
    </span>
  );
}
