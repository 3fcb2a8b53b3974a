import { describe, expect, it } from "vitest";
import { REACH } from "./limits";
import { createMarkdown, parseMarkdown } from "./markdown";

function repeat(count: number, piece: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => piece(index)).join("");
}

const SENTENCE = (index: number) =>
  `The ${index}th sentence has **bold words**, \`code\`, [a link](https://example.com) and 5*3. `;

const DOCUMENTS: Record<string, string> = {
  "a normal document": repeat(
    250,
    (index) =>
      `## Part ${index}\n\n${SENTENCE(index)}\n\n- one **item**\n- two\n  - three\n\n\`\`\`js\nconst a = /[^a-z]/;\n\`\`\`\n\n| a | b |\n|---|---|\n| 1 | **2** |\n\n> quote\n\n`,
  ),
  "one giant paragraph": repeat(1000, SENTENCE),
  "one giant paragraph with stray marks": repeat(
    2400,
    (index) => `The *args and _private [x ${index} of words, at $5. `,
  ),
  "one giant table": `| a | b |\n|---|---|\n${repeat(3000, (index) => `| cell ${index} | **bold** |\n`)}`,
  "one giant code block": `\`\`\`ts\n${repeat(3000, (index) => `const a${index} = /[^${index}]/;\n`)}`,
  "5,000 list items": repeat(5000, (index) => `- item ${index} **bold**\n`),
  "many link definitions": repeat(1500, (index) => `See [a${index}].\n\n[a${index}]: https://example.com/${index}\n\n`),
  "regexes in code": repeat(
    500,
    (index) => `A regex:\n\n\`\`\`js\nconst a = /[^a-z]+[x]: y/; // ${index}\n[x]: no\n\`\`\`\n\n`,
  ),
};

const HOSTILE: Record<string, string> = {
  "open brackets": "[".repeat(50_000),
  "open emphasis": "*a ".repeat(20_000),
  "open emphasis of two lengths": "*a **b ".repeat(8000),
  "backticks of increasing length": repeat(300, (index) => `${"`".repeat(index + 1)} `),
  "images around links": "![[]()".repeat(10_000),
  "block quotes": ">".repeat(10_000),
  "list markers": "- ".repeat(10_000),
  "comments that never end": "x <!--".repeat(10_000),
  "tags that never end": "x <a ".repeat(10_000),
  "half links": "[a](".repeat(15_000),
  "half references": "[a][".repeat(15_000),
  "half e-mail addresses": "a@".repeat(25_000),
  "an address of dots": `http://a${".".repeat(50_000)}`,
  "half addresses": "http://a.".repeat(10_000),
  "half addresses with a bad host": "www._".repeat(15_000),
  "half addresses with brackets": "https://a/(".repeat(10_000),
  "addresses whose trail does not end": "http://a.b,".repeat(10_000),
  "tildes of two lengths": "~~a ~b".repeat(8000),
  spaces: `${" ".repeat(50_000)}x`,
  "a title that never ends": `[a]: b "\n${"x\n".repeat(25_000)}`,
};

/** Characters read per append of four characters, in each tenth. */
function work(text: string): number[] {
  const markdown = createMarkdown();
  const tenth = Math.ceil(text.length / 40);
  return Array.from({ length: 10 }, (_, part) => {
    const before = markdown.scanned;
    for (let index = part * tenth * 4; index < (part + 1) * tenth * 4; index += 4) {
      markdown.append(text.slice(index, index + 4));
      markdown.commit();
    }
    return (markdown.scanned - before) / tenth;
  });
}

describe("the work of an append", () => {
  it.each(Object.entries(DOCUMENTS))("does not grow over %s", (_, text) => {
    const tenths = work(text);
    expect(tenths[9]).toBeLessThanOrEqual((tenths[0] ?? 0) * 1.2);
  });

  it("stays small where marks are closed", () => {
    for (const [name, text] of Object.entries(DOCUMENTS)) {
      if (!name.includes("stray")) expect(Math.max(...work(text))).toBeLessThan(40);
    }
  });

  it.each(Object.entries(HOSTILE))("is bounded on %s", (_, text) => {
    expect(Math.max(...work(text.slice(0, 6000)))).toBeLessThan(8 * REACH);
  });
});

describe("the work of a whole text", () => {
  it.each(Object.entries(HOSTILE))("is in proportion to its length on %s", (_, text) => {
    const markdown = createMarkdown();
    markdown.append(text);
    markdown.finish();
    markdown.commit();
    expect(markdown.scanned).toBeLessThanOrEqual(text.length * 4 + 10);
  });

  it("does not overflow the stack", () => {
    for (const text of Object.values(HOSTILE)) expect(() => JSON.stringify(parseMarkdown(text))).not.toThrow();
  });
});
