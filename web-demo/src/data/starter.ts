// A card from the columns of the tables at hand, as `bellwether new --from` writes it.
import { CallError } from "../engine/client";
import { measures } from "../engine/engines";
import { params, tables, text } from "../state/store";
import { notify } from "../ui/toast";
import { pane, view } from "../ui/panes";

export async function startCard(): Promise<void> {
  const names = [...tables.peek().keys()];
  const title = names.length === 1 ? names[0]!.replaceAll("_", " ") : "A first look";
  try {
    const card = await measures.call("starter", [title, names], { urgent: true });
    params.value = {};
    text.value = card;
    view.value = "scorecard";
    pane.value = "results";
    notify("Every line is a suggestion: keep what you mean.");
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    notify(error.message);
  }
}
