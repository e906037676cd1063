// A link to the card as it stands.
import { useEffect, useState } from "preact/hooks";
import { example } from "../state/store";
import { Sheet } from "../ui/Sheet";
import { count } from "../results/format";
import { link } from "./session";

export function Share({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<{ address: string; withData: boolean } | null>(null);
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    void link().then(({ fragment, withData }) => setMade({ address: `${location.origin}${location.pathname}${fragment}`, withData }));
  }, []);
  const copy = () => {
    if (made) void navigator.clipboard.writeText(made.address).then(() => setCopied(true), () => document.querySelector<HTMLInputElement>("#share-link")?.select());
  };
  return (
    <Sheet title="Share this card" centred onClose={onClose}>
      <p>
        {!made ? "Packing it…"
          : example.value ? "The link holds the card and the sliders, and opens the example's data with it."
          : made.withData ? "The link holds the card, the sliders and the data. Whoever has it sees them all."
          : "The data are too large for a link: it holds the card and the sliders only. Send the files along; they are dropped on the page."}
      </p>
      <label class="share-line">
        Link
        <input id="share-link" type="text" readOnly value={made?.address ?? ""} onFocus={(event) => event.currentTarget.select()} />
      </label>
      <p class="share-tools">
        <button type="button" class="primary" disabled={!made} onClick={copy}>{copied ? "Copied" : "Copy the link"}</button>
        {made && <small class="quiet">{count(made.address.length)} characters, all of it in the address: no server keeps anything.</small>}
      </p>
    </Sheet>
  );
}
