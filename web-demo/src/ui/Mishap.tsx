// The engine was started anew: why, and what the person can do. Text and tables are all still there.
import { fetchAgain, measures, mishap } from "../engine/engines";
import { retry } from "../state/session";
import { text } from "../state/store";
import { Icon } from "./Icon";
import { notify } from "./toast";

/** More time than this is not asked for. */
const MOST = 20_000;

export function Mishap() {
  const now = mishap.value;
  if (!now) return null;
  const close = () => (mishap.value = null);
  const copy = () =>
    navigator.clipboard.writeText(text.peek()).then(
      () => notify("The card is in the clipboard."),
      () => notify("The browser did not let the card be copied; download it instead."),
    );
  const longer = () => {
    measures.patience = Math.min(MOST, measures.patience * 4);
    close();
    retry();
  };
  return (
    <div class="mishap" role="alert">
      <Icon name="bad" size={20} />
      <div>
        {now.why === "silent" && (
          <>
            <p><b>{now.lost ? `Reading ${now.lost} took too long` : "The engine did not answer"}, and was started again.</b></p>
            <p>Your text and your tables are still here.</p>
          </>
        )}
        {now.why === "trap" && (
          <>
            <p><b>The engine broke, and was started again. That is our bug, not yours.</b></p>
            <p>Your text and your tables are still here. Please send us the card, without data: it shows us the mistake.</p>
            {now.failure?.message && <p class="quiet small">{now.failure.message}</p>}
          </>
        )}
        {now.why === "failed to start" && (
          <>
            <p><b>The engine could not be started.</b></p>
            <p>Reload the page. This browser must support WebAssembly with SIMD: Chrome 91, Firefox 89, Safari 16.4 and later do.</p>
            {now.failure?.message && <p class="quiet small">{now.failure.message}</p>}
          </>
        )}
        {now.why === "not fetched" && (
          <>
            <p><b>A part of the engine could not be fetched.</b></p>
            <p>Is there a network? Your text and your tables are still here, and most numbers go on; charts, links and explanations wait for it. The page tries again by itself.</p>
            {now.failure?.message && <p class="quiet small">{now.failure.message}</p>}
          </>
        )}
        <p class="mishap-tools">
          {now.why === "not fetched" && <button type="button" class="primary" onClick={fetchAgain}>Try again now</button>}
          {now.why === "silent" && <button type="button" class="primary" onClick={longer}>Try again with more time</button>}
          {now.why !== "not fetched" && (
            <button type="button" class={now.why === "trap" ? "primary" : "plain"} onClick={() => void copy()}>Copy the card</button>
          )}
          <button type="button" class="plain" onClick={close}>Close</button>
        </p>
      </div>
    </div>
  );
}
