// The examples to start from.
import { examples } from "virtual:examples";
import { closeAll, openExample } from "../state/files";
import { params, text } from "../state/store";
import { drawer, pane, view } from "../ui/panes";
import { Sheet } from "../ui/Sheet";
import { Icon } from "../ui/Icon";
import { notify } from "../ui/toast";

export function Gallery({ onClose }: { onClose: () => void }) {
  const open = (name: string) => {
    onClose();
    view.value = "scorecard";
    pane.value = "results";
    openExample(name).catch((error: unknown) => notify(error instanceof Error ? error.message : String(error)));
  };
  const blank = () => {
    onClose();
    closeAll();
    params.value = {};
    text.value = "";
    drawer.value = true;
    pane.value = "data";
  };
  return (
    <Sheet title="Start from an example" subtitle="Each has its data with it; change anything." centred onClose={onClose}>
      <ul class="gallery">
        {examples.map((one) => (
          <li key={one.name}>
            <button type="button" onClick={() => open(one.name)}>
              <b>{one.title}</b>
              <span>{one.about}</span>
              <small><Icon name="table" size={12} /> {one.files.map(({ file }) => file).join(", ")}</small>
            </button>
          </li>
        ))}
        <li>
          <button type="button" onClick={blank}>
            <b>Your own data</b>
            <span>an empty card; drop your files, and one is started from their columns</span>
            <small><Icon name="file" size={12} /> CSV, TSV, JSON, Parquet, Arrow</small>
          </button>
        </li>
      </ul>
    </Sheet>
  );
}
