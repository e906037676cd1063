// The page's head: what is open, and what can be done with it.
import { useRef, useState } from "preact/hooks";
import { Gallery } from "../data/Gallery";
import { downloadCard, downloadReport, type ReportFormat } from "../share/download";
import { Share } from "../share/Share";
import { given } from "../state/store";
import { Icon } from "./Icon";
import { theme, toggleTheme } from "./theme";
import { startTour } from "./Tour";

export function Header() {
  const [open, setOpen] = useState<"gallery" | "share" | null>(null);
  const close = () => setOpen(null);
  const dark = theme.value === "dark";
  return (
    <header class="page-head">
      <a class="brand" href="./" aria-label="Bellwether playground">
        <img src="./icon.svg" alt="" width="24" height="24" />
        <span>Bellwether</span>
      </a>
      <button type="button" class="plain" onClick={() => setOpen("gallery")} data-tour="gallery">
        Examples <Icon name="chevron" size={12} />
      </button>
      <span class="gap" />
      <span class="privacy"><Icon name="good" size={12} /> Your data stay in this browser</span>
      <button type="button" class="plain wide" onClick={() => setOpen("share")}><Icon name="share" /> <span>Share</span></button>
      <Downloads />
      <button type="button" class="icon-button" aria-label={dark ? "Light colours" : "Dark colours"} onClick={toggleTheme}>
        <Icon name={dark ? "sun" : "moon"} />
      </button>
      <button type="button" class="icon-button" aria-label="Show me around" onClick={startTour}><Icon name="question" /></button>
      {open === "gallery" && <Gallery onClose={close} />}
      {open === "share" && <Share onClose={close} />}
    </header>
  );
}

const REPORTS: [ReportFormat, string][] = [["html", "Report as a page (HTML)"], ["markdown", "Report as Markdown"], ["json", "Report as JSON"]];

function Downloads() {
  const box = useRef<HTMLDetailsElement>(null);
  const run = (action: () => void) => () => {
    if (box.current) box.current.open = false;
    action();
  };
  return (
    <details
      class="menu" ref={box}
      onKeyDown={(event) => event.key === "Escape" && box.current && (box.current.open = false)}
      onFocusOut={(event) => !box.current?.contains(event.relatedTarget as Node | null) && box.current && (box.current.open = false)}
    >
      <summary class="plain wide"><Icon name="download" /> <span>Download</span></summary>
      <div class="menu-items">
        <button type="button" onClick={run(downloadCard)}>The card (.rhai)</button>
        {REPORTS.map(([format, word]) => (
          <button key={format} type="button" disabled={!given.value} onClick={run(() => void downloadReport(format))}>{word}</button>
        ))}
      </div>
    </details>
  );
}
