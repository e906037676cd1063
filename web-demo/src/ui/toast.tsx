// A word at the edge of the page, gone after a while, read aloud by screen readers.
import { signal } from "@preact/signals";

const said = signal("");
let timer: ReturnType<typeof setTimeout> | undefined;

export function notify(message: string): void {
  said.value = message;
  clearTimeout(timer);
  timer = setTimeout(() => {
    said.value = "";
  }, 4000);
}

export function Toast() {
  return (
    <div class="toast" role="status" aria-live="polite" data-shown={said.value !== ""}>
      {said.value}
    </div>
  );
}
