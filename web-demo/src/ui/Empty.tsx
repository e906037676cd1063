// Nothing here yet: what this place is for, and what to do next.
import type { ComponentChildren } from "preact";

interface EmptyProps {
  title: string;
  /** A line of a card that fills the place. */
  code?: string;
  children: ComponentChildren;
}

export function Empty({ title, code, children }: EmptyProps) {
  return (
    <div class="empty-state">
      <h2>{title}</h2>
      <p>{children}</p>
      {code && <pre>{code}</pre>}
    </div>
  );
}
