// The tables: which are here, what is in them, how they are read.
import { useEffect, useRef, useState } from "preact/hooks";
import { ACCEPTED } from "../engine/read";
import { addFiles, close } from "../state/files";
import { reading, sources, tables, unread, wanted } from "../state/store";
import { Icon } from "../ui/Icon";
import { drawer, pane } from "../ui/panes";
import { count, plural } from "../results/format";
import { startCard } from "./starter";
import { TableView } from "./TableView";

export function DataPane() {
  const names = [...new Set([...tables.value.keys(), ...reading.value])];
  const [chosen, setChosen] = useState("");
  const shown = names.includes(chosen) ? chosen : (names[0] ?? "");
  const missing = wanted.value;
  const choose = (name: string) => {
    setChosen(name);
    drawer.value = true;
  };
  return (
    <section class="data" aria-label="Data" data-open={drawer.value} data-tour="data">
      <header class="data-head">
        <button type="button" class="plain drawer-toggle" aria-expanded={drawer.value} onClick={() => (drawer.value = !drawer.value)}>
          <Icon name="chevron" /> Data
        </button>
        <div class="chips" role="group" aria-label="Tables">
          {names.map((name) => (
            <button key={name} type="button" class="table-chip" aria-pressed={drawer.value && name === shown} onClick={() => choose(name)}>
              <Icon name="table" size={14} /> {name}
              <small>{reading.value.has(name) ? "reading…" : plural(tables.value.get(name)?.rows ?? 0, "row")}</small>
            </button>
          ))}
          {missing.map((table) => (
            <span key={table.name} class="table-chip wanted"><Icon name="warn" size={14} /> {table.file ?? table.name} <small>not here yet</small></span>
          ))}
        </div>
        <ChooseFiles onMade={(made) => made[0] && choose(made[0])} />
      </header>
      {drawer.value && (
        <div class="data-body">
          {[...unread.value].map(([name, said]) => (
            <p key={name} class="banner bad" role="alert">
              <Icon name="bad" /> {said}
              <button type="button" class="plain" onClick={() => close(name)}>Close</button>
            </p>
          ))}
          {shown && tables.value.has(shown) ? (
            <>
              <TableHead name={shown} />
              <TableView key={shown} name={shown} />
            </>
          ) : (
            reading.value.size === 0 && (
              <div class="empty-state">
                <h2>No data yet</h2>
                <p>Drop CSV, TSV, JSON, Parquet or Arrow files anywhere on this page. They are read here, in your browser, and go nowhere else.</p>
              </div>
            )
          )}
        </div>
      )}
    </section>
  );
}

function TableHead({ name }: { name: string }) {
  const info = tables.value.get(name)!;
  const source = sources.value.get(name);
  return (
    <p class="table-head">
      <b>{source?.file ?? name}</b>
      <span class="quiet">{plural(info.rows, "row")}, {plural(info.columns.length, "column")} · <code>table("{name}")</code></span>
      <button type="button" class="plain" onClick={() => void startCard()}>Start a card from {tables.value.size > 1 ? "these files" : "this file"}</button>
      <button type="button" class="plain" onClick={() => close(name)}>Remove</button>
      {info.diagnostics.length > 0 && (
        <span class="quiet"><Icon name="warn" size={12} /> {info.diagnostics[0]!.message.replaceAll("`", "")}{info.diagnostics.length > 1 && ` and ${count(info.diagnostics.length - 1)} more`}</span>
      )}
    </p>
  );
}

function ChooseFiles({ onMade }: { onMade: (names: string[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input} type="file" multiple accept={ACCEPTED} class="hidden" aria-label="Choose files" tabIndex={-1}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = "";
          drawer.value = true;
          void addFiles(files).then(onMade);
        }}
      />
      <button type="button" class="plain choose" onClick={() => input.current?.click()}>
        <Icon name="file" /> Add your files
      </button>
    </>
  );
}

/** Files dropped anywhere on the page. */
export function DropArea() {
  const [over, setOver] = useState(false);
  useEffect(() => {
    let depth = 0;
    const files = (event: DragEvent) => event.dataTransfer?.types.includes("Files");
    const enter = (event: DragEvent) => {
      if (!files(event)) return;
      event.preventDefault();
      depth++;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (files(event) && --depth <= 0) {
        depth = 0;
        setOver(false);
      }
    };
    const drop = (event: DragEvent) => {
      if (!files(event)) return;
      event.preventDefault();
      event.stopPropagation();
      depth = 0;
      setOver(false);
      drawer.value = true;
      pane.value = "data";
      void addFiles([...event.dataTransfer!.files]);
    };
    const hold = (event: DragEvent) => files(event) && event.preventDefault();
    addEventListener("dragenter", enter);
    addEventListener("dragleave", leave);
    addEventListener("dragover", hold);
    // Before the editor, which would paste the file's text.
    addEventListener("drop", drop, true);
    return () => {
      removeEventListener("dragenter", enter);
      removeEventListener("dragleave", leave);
      removeEventListener("dragover", hold);
      removeEventListener("drop", drop, true);
    };
  }, []);
  return over ? <div class="drop-area"><p><Icon name="file" size={28} /> Drop it: the file stays in your browser.</p></div> : null;
}
