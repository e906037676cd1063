// The little Markdown that the reference is written in: paragraphs, lists, `code`, fenced code. Nodes, never HTML text.

export function markdown(text: string): HTMLElement {
  const box = document.createElement("div");
  box.className = "markdown";
  for (const block of text.trim().split(/\n{2,}|(?=^```)/m)) {
    const fenced = /^```[^\n]*\n([\s\S]*?)\n?```/.exec(block);
    if (fenced) {
      box.append(element("pre", fenced[1]!));
      continue;
    }
    const lines = block.split("\n");
    if (lines.every((line) => /^\s*[-*] /.test(line))) {
      const list = document.createElement("ul");
      for (const line of lines) list.append(spans(document.createElement("li"), line.replace(/^\s*[-*] /, "")));
      box.append(list);
    } else {
      box.append(spans(document.createElement("p"), lines.join(" ")));
    }
  }
  return box;
}

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function spans(into: HTMLElement, text: string): HTMLElement {
  for (const part of text.split(/(`[^`]+`|\*\*[^*]+\*\*)/)) {
    if (part.startsWith("`")) into.append(element("code", part.slice(1, -1)));
    else if (part.startsWith("**")) into.append(element("strong", part.slice(2, -2)));
    else if (part) into.append(part);
  }
  return into;
}
