// Whether what is shown is of the present text.
import { failed, given, linkState, slow, working } from "../state/store";
import { Icon } from "../ui/Icon";
import { number } from "./format";

const took = (ms: number) => (ms < 1000 ? `${Math.max(1, Math.round(ms))} ms` : `${number(ms / 1000, 1)} s`);

export function StatusLine() {
  const state = failed.value ? "failed" : working.value ? "working" : "fresh";
  const ms = given.value?.ms;
  return (
    <span class={`status ${state}`} role="status" data-state={state} data-links={linkState.value}>
      {state === "failed" && <><Icon name="bad" size={12} /> not of this text</>}
      {state === "working" && slow.value && <><span class="spinner" aria-hidden="true" /> working</>}
      {(state === "fresh" || (state === "working" && !slow.value)) && (
        <>
          <Icon name="good" size={12} /> up to date{ms !== undefined && ` · ${took(ms)}`}
          {linkState.value === "running" && " · links follow"}
        </>
      )}
    </span>
  );
}
