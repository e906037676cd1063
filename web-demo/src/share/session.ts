// The present card as something that can be shared or kept, and back.
import { batch } from "@preact/signals";
import { add, closeAll, openExample } from "../state/files";
import * as store from "../state/store";
import { LONGEST, pack, type Shared, type SharedTable } from "./link";

/** Text tables up to this many bytes may go into a link. */
const SMALL = 200_000;

/** A link to the present card; whether its data are in it. */
export async function link(): Promise<{ fragment: string; withData: boolean }> {
  const example = store.example.peek();
  const base: Shared = { params: store.params.peek() };
  if (example) {
    const own = store.text.peek() !== store.exampleText.peek();
    return { fragment: await pack({ ...base, example, ...(own && { text: store.text.peek() }) }), withData: true };
  }
  const card: Shared = { ...base, text: store.text.peek() };
  const sources = [...store.sources.peek().values()];
  const small = sources.every(({ kind, blob }) => (kind === "csv" || kind === "json") && blob.size <= SMALL);
  if (small) {
    const tables = await Promise.all(
      sources.map(async ({ name, file, kind, blob, options }): Promise<SharedTable> => ({ name, file, kind, text: await blob.text(), options })),
    );
    const fragment = await pack({ ...card, tables });
    if (fragment.length <= LONGEST) return { fragment, withData: true };
  }
  return { fragment: await pack(card), withData: sources.length === 0 };
}

/** Opens what a link or the last session holds. */
export async function open(shared: Shared): Promise<void> {
  if (shared.params) store.params.value = shared.params;
  if (shared.example) {
    const params = shared.params ?? {};
    await openExample(shared.example, shared.text);
    store.params.value = params;
    return;
  }
  closeAll();
  await Promise.all(
    (shared.tables ?? []).map(({ name, file, kind, text, options }) => add({ name, file, kind, blob: new Blob([text]), options: options ?? {} })),
  );
  batch(() => {
    store.text.value = shared.text ?? "";
    store.params.value = shared.params ?? {};
  });
}
