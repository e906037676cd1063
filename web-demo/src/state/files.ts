// Tables from files: examples of the site, and files that a person drops.
import { batch } from "@preact/signals";
import { CallError } from "../engine/client";
import { links, measures } from "../engine/engines";
import type { Source } from "../engine/protocol";
import { kindOf, tableName } from "../engine/read";
import { examples } from "virtual:examples";
import * as store from "./store";

async function fetched(path: string): Promise<Blob> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.blob();
}

/** Opens an example: its card, unless another is given, and its tables. */
export async function openExample(name: string, text?: string): Promise<void> {
  const entry = examples.find((one) => one.name === name);
  if (!entry) throw new Error(`there is no example ${name}`);
  const folder = `./examples/${name}`;
  const [card, ...blobs] = await Promise.all([
    fetched(`${folder}/scorecard.rhai`).then((blob) => blob.text()),
    ...entry.files.map(({ file }) => fetched(`${folder}/${file}`)),
  ]);
  closeAll();
  await Promise.all(
    entry.files.map(({ file }, at) => add({ name: tableName(file), file, blob: blobs[at]!, kind: "csv", options: {} })),
  );
  batch(() => {
    store.example.value = name;
    store.exampleText.value = card;
    store.text.value = text ?? card;
    if (text === undefined) store.params.value = {};
  });
}

/** Forgets every table. */
export function closeAll(): void {
  for (const name of store.sources.peek().keys()) {
    measures.drop(name);
    links.drop(name);
  }
  batch(() => {
    store.sources.value = new Map();
    store.tables.value = new Map();
    store.unread.value = new Map();
    store.example.value = null;
  });
}

export function close(name: string): void {
  measures.drop(name);
  links.drop(name);
  batch(() => {
    store.sources.value = without(store.sources.peek(), name);
    store.tables.value = without(store.tables.peek(), name);
    store.unread.value = without(store.unread.peek(), name);
    store.example.value = null;
  });
}

function without<T>(map: ReadonlyMap<string, T>, name: string): ReadonlyMap<string, T> {
  return new Map([...map].filter(([key]) => key !== name));
}

/** Reads a file into a table, or reads it anew with other options. Never throws: what went wrong is kept for the view. */
export async function add(source: Source): Promise<boolean> {
  store.reading.value = new Set([...store.reading.peek(), source.name]);
  try {
    const info = await measures.load(source);
    links.keep(source);
    batch(() => {
      store.sources.value = new Map([...store.sources.peek(), [source.name, source]]);
      store.tables.value = new Map([...store.tables.peek(), [source.name, info]]);
      store.unread.value = without(store.unread.peek(), source.name);
    });
    return true;
  } catch (error) {
    const first = error instanceof CallError ? error.failure.diagnostics[0] : undefined;
    const said = first ? [first.message, first.help].filter(Boolean).join(" · ") : error instanceof Error ? error.message : String(error);
    store.unread.value = new Map([...store.unread.peek(), [source.name, said]]);
    return false;
  } finally {
    store.reading.value = new Set([...store.reading.peek()].filter((name) => name !== source.name));
  }
}

/** Files that a person dropped or chose; the names of the tables that they became. */
export async function addFiles(files: Iterable<File>): Promise<string[]> {
  const made: string[] = [];
  for (const file of files) {
    const kind = kindOf(file.name);
    const name = nameFor(file.name);
    if (!kind) {
      store.unread.value = new Map([
        ...store.unread.peek(),
        [name, `${file.name}: save it as CSV, TSV, JSON, Parquet or Arrow; other files cannot be read here`],
      ]);
      continue;
    }
    if (await add({ name, file: file.name, blob: file, kind, options: {} })) made.push(name);
  }
  if (made.length) store.example.value = null;
  return made;
}

/** The name by which the card asks for the file, if it does. */
function nameFor(file: string): string {
  const asked = store.checked.peek()?.tables.find((table) => table.file?.split("/").pop() === file);
  return asked?.name ?? tableName(file);
}
