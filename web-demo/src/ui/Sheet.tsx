// A sheet over the page that keeps the focus until it is closed.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "./Icon";

interface SheetProps {
  title: string;
  subtitle?: string;
  /** In the middle of the page, not at its side. */
  centred?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}

export function Sheet({ title, subtitle, centred = false, onClose, children }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`sheet ${centred ? "centred" : ""}`}
      aria-label={title}
      onClose={onClose}
      // A press beside the sheet closes it.
      onMouseDown={(event) => event.target === event.currentTarget && event.currentTarget.close()}
    >
      <div class="sheet-body">
        <div class="sheet-head">
          <div>
            <h2>{title}</h2>
            {subtitle && <p>{subtitle}</p>}
          </div>
          <button type="button" class="icon-button" aria-label="Close" onClick={() => dialog.current?.close()}>
            <Icon name="close" />
          </button>
        </div>
        {/* What scrolls can be reached by keyboard. */}
        <div class="sheet-content" tabIndex={0} role="group" aria-label={title}>
          {children}
        </div>
      </div>
    </dialog>
  );
}
