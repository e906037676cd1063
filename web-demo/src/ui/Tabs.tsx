// A row of tabs after the ARIA practice: arrows move, Home and End jump, one tab stop.
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";

export interface Tab<Id extends string> {
  id: Id;
  label: string;
  /** Behind the label: how many. */
  count?: number;
  alert?: boolean;
}

interface TabsProps<Id extends string> {
  label: string;
  tabs: Tab<Id>[];
  chosen: Id;
  onChoose: (id: Id) => void;
  children?: ComponentChildren;
}

export function Tabs<Id extends string>({ label, tabs, chosen, onChoose }: TabsProps<Id>) {
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const at = tabs.findIndex((tab) => tab.id === chosen);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length]!;
    onChoose(next.id);
    list.current?.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={move}>
      {tabs.map((tab) => (
        <button
          key={tab.id} id={`tab-${tab.id}`} type="button" role="tab" aria-selected={tab.id === chosen} aria-controls={`panel-${tab.id}`}
          tabIndex={tab.id === chosen ? 0 : -1} onClick={() => onChoose(tab.id)}
        >
          {tab.label}
          {tab.count !== undefined && tab.count > 0 && <span class={`badge ${tab.alert ? "alert" : ""}`}>{tab.count}</span>}
        </button>
      ))}
    </div>
  );
}
