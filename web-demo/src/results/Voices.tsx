// What customers say in their own words, as the card chose and masked it.
import type { QuoteGroup, QuotesResult } from "@bellwether/engine";
import { date, plural } from "./format";
import { plain } from "./Why";

const RULE: Record<QuotesResult["pick"], string> = { newest: "the newest first", typical: "those that say what many say" };

export function Quotes({ quotes }: { quotes: QuotesResult }) {
  return (
    <section class="block" data-quotes={quotes.name}>
      <h2>{capital(quotes.name)} <small>{[RULE[quotes.pick], quotes.period].filter(Boolean).join(", ")}; names, numbers and addresses are masked</small></h2>
      <div class="voices">
        {quotes.groups.map((group) => <Group key={group.label ?? ""} group={group} of={quotes} />)}
      </div>
    </section>
  );
}

function Group({ group, of }: { group: QuoteGroup; of: QuotesResult }) {
  return (
    <div class="voice-group">
      {(group.label || group.said !== undefined) && (
        <h3>{group.label ?? "All"}{group.said !== undefined && <small> {plural(group.said, "comment")}</small>}</h3>
      )}
      {group.hidden ? (
        <p class="quiet">Too few people said something here: none is quoted, so that nobody can be told by it.</p>
      ) : group.quotes.length === 0 ? (
        <p class="quiet">Nobody said anything.</p>
      ) : (
        group.quotes.map((quote, at) => (
          <figure key={at} class="voice">
            <blockquote>{quote.text}</blockquote>
            <figcaption>
              {[quote.date && date(quote.date), ...(of.columns ?? []).map((name, column) => {
                const value = quote.beside?.[column];
                return value === undefined || value === null ? null : `${name.replaceAll("_", " ")} ${String(plain(value))}`;
              })].filter(Boolean).join(" · ")}
            </figcaption>
          </figure>
        ))
      )}
    </div>
  );
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
