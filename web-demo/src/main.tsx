import { render } from "preact";
import { fetchAgain, measures } from "./engine/engines";
import { autosave, kept } from "./share/autosave";
import { LinkError, unpack } from "./share/link";
import { open } from "./share/session";
import { follow } from "./state/session";
import { openExample } from "./state/files";
import { App } from "./ui/App";
import { notify } from "./ui/toast";
import { tourOnce } from "./ui/Tour";
import "./ui/styles/tokens.css";
import "./ui/styles/page.css";
import "./ui/styles/results.css";
import "./ui/styles/details.css";
import "./ui/styles/data.css";

const FIRST = "subscriber-health";

async function begin(): Promise<void> {
  let shared = null;
  try {
    shared = await unpack(location.hash);
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    notify(error.message);
  }
  if (shared) {
    // The address no longer says what is on the page once it is edited.
    history.replaceState(null, "", location.pathname + location.search);
    return open(shared);
  }
  const last = kept();
  if (last?.text?.trim()) return open(last);
  return openExample(FIRST);
}

measures.start();
follow();
render(<App />, document.getElementById("app")!);
begin().then(
  () => {
    autosave();
    tourOnce();
  },
  (error: unknown) => notify(error instanceof Error ? error.message : String(error)),
);
addEventListener("online", fetchAgain);
addEventListener("hashchange", () => {
  if (/^#v\d/.test(location.hash)) location.reload();
});

if (import.meta.env.PROD && "serviceWorker" in navigator) {
  // Where the browser refuses, the page works all the same, with a network.
  navigator.serviceWorker.register("./sw.js").catch(() => undefined);
}
