// The card is kept in this browser while it is written. Files are not: they are opened again from where they lie.
import { effect } from "@preact/signals";
import * as store from "../state/store";
import type { Shared } from "./link";

const KEY = "bellwether.card.1";

interface Kept extends Shared {
  /** Files that were open, by name, so that the person can be told which to open again. */
  files?: string[];
}

export function kept(): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}

export function autosave(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const save = () => {
    const example = store.example.peek();
    const keep: Kept = { text: store.text.peek(), params: store.params.peek(), ...(example && { example }) };
    try {
      if (keep.text?.trim()) localStorage.setItem(KEY, JSON.stringify(keep));
      else localStorage.removeItem(KEY);
    } catch {
      // A browser that keeps nothing still works; the card can be downloaded.
    }
  };
  effect(() => {
    store.text.value;
    store.params.value;
    store.example.value;
    clearTimeout(timer);
    timer = setTimeout(save, 300);
  });
  addEventListener("pagehide", save);
}
