// Links that hold a card: `#v1.` and a text packed with deflate. Versions are kept readable for ever; a change of what
// they hold takes a new number.
import type { Literal } from "@bellwether/engine";
import type { FileKind, Source } from "../engine/protocol";

/** What a link holds. */
export interface Shared {
  /** The card; none: that of the example. */
  text?: string;
  params?: Record<string, Literal>;
  /** The example whose tables it reads. */
  example?: string;
  /** Small tables as text. */
  tables?: SharedTable[];
}

export interface SharedTable {
  name: string;
  file: string;
  kind: FileKind;
  text: string;
  options?: Source["options"];
}

/** Version 1, in short names: they are in every link. */
interface Packed1 {
  c?: string;
  p?: Record<string, Literal>;
  e?: string;
  t?: { n: string; f: string; k: FileKind; d: string; o?: Source["options"] }[];
}

/** Links beyond this are cut by mail programs and chats. */
export const LONGEST = 32_000;

/** A link that cannot be read, with words for the person who opened it. */
export class LinkError extends Error {}

export async function pack(shared: Shared): Promise<string> {
  const packed: Packed1 = {};
  if (shared.text !== undefined) packed.c = shared.text;
  if (shared.params && Object.keys(shared.params).length) packed.p = shared.params;
  if (shared.example) packed.e = shared.example;
  if (shared.tables?.length) {
    packed.t = shared.tables.map(({ name, file, kind, text, options }) => ({
      n: name, f: file, k: kind, d: text, ...(options && Object.keys(options).length && { o: options }),
    }));
  }
  const bytes = new TextEncoder().encode(JSON.stringify(packed));
  return `#v1.${toText(await through(bytes, new CompressionStream("deflate-raw")))}`;
}

/** What a link's fragment holds; nothing where it is not one of ours. */
export async function unpack(fragment: string): Promise<Shared | null> {
  const found = /^#v(\d+)\.([\w-]*)$/.exec(fragment);
  if (!found) return null;
  if (found[1] !== "1") throw new LinkError("This link was made by a newer version of the playground. Reload the page, and open it again.");
  try {
    const bytes = await through(fromText(found[2]!), new DecompressionStream("deflate-raw"));
    return read1(JSON.parse(new TextDecoder().decode(bytes)) as Packed1);
  } catch {
    throw new LinkError("This link is incomplete: a part of it was lost on the way. Ask for it again, as a file perhaps.");
  }
}

function read1(packed: Packed1): Shared {
  return {
    ...(typeof packed.c === "string" && { text: packed.c }),
    ...(packed.p && { params: packed.p }),
    ...(packed.e && { example: packed.e }),
    ...(packed.t && { tables: packed.t.map(({ n, f, k, d, o }) => ({ name: n, file: f, kind: k, text: d, ...(o && { options: o }) })) }),
  };
}

/** Most that a link may unpack to: a small one could hold a bomb. */
const MOST = 8_000_000;

async function through(bytes: Uint8Array<ArrayBuffer>, stream: GenericTransformStream): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([bytes]).stream().pipeThrough(stream as ReadableWritablePair<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > MOST) throw new Error("too long");
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function toText(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromText(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}
