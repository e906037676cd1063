// Links take longer than measures: how far they are, and a way to stop them.
import { cancelLinks, resumeLinks } from "../state/session";
import { linkFailure, linkState } from "../state/store";

export function LinkProgress() {
  switch (linkState.value) {
    case "running":
      return (
        <p class="banner" role="status">
          <span class="spinner" aria-hidden="true" /> Links are being worked out; the numbers below are of the last time.
          <button type="button" class="plain" onClick={cancelLinks}>Stop</button>
        </p>
      );
    case "cancelled":
      return (
        <p class="banner">
          Links were stopped.
          <button type="button" class="plain" onClick={resumeLinks}>Work them out</button>
        </p>
      );
    case "failed":
      return (
        <p class="banner bad">
          Links could not be worked out: {linkFailure.value}
          <button type="button" class="plain" onClick={resumeLinks}>Try again</button>
        </p>
      );
    default:
      return null;
  }
}
