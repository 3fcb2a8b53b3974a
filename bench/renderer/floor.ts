import type { Mounted } from "./contender";

const PARAGRAPHS_A_CHUNK = 32;

/**
 * The least that showing the text can cost: plain text, a paragraph for each blank line, in chunks that are laid out
 * apart. No Markdown at all.
 */
export function mount(element: HTMLElement): Mounted {
  let paragraphs = 0;
  let chunk = element;
  let open = addParagraph();
  let endedWithBreak = false;

  function addParagraph(): Text {
    if (paragraphs++ % PARAGRAPHS_A_CHUNK === 0) {
      chunk = document.createElement("div");
      chunk.className = "floor-chunk";
      element.append(chunk);
    }
    const paragraph = document.createElement("p");
    const text = document.createTextNode("");
    paragraph.append(text);
    chunk.append(paragraph);
    return text;
  }

  return {
    append(text) {
      const joined = endedWithBreak ? `\n${text}` : text;
      endedWithBreak = joined.endsWith("\n") && !joined.endsWith("\n\n");
      const [first = "", ...rest] = (endedWithBreak ? joined.slice(0, -1) : joined).split("\n\n");
      open.appendData(first);
      for (const paragraph of rest) {
        open = addParagraph();
        open.appendData(paragraph);
      }
    },
    finish() {},
  };
}
