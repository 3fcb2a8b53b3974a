import { describe, expect, it } from "vitest";
import { LANGUAGES } from "./code-samples";
import { answer, DOCUMENTS } from "./documents";
import { inPieces } from "./pieces";

const FEATURES: Record<string, RegExp> = {
  "headings of three levels": /^## [\s\S]*^### [\s\S]*^#### /m,
  "lists three deep": /^- .+\n {2}1\. .+\n {5}- /m,
  tables: /^\| :--- \| ---: \| --- \|\n\| /m,
  "mathematics in a block": /^\$\$\n\\sum.+\n\$\$$/m,
  "mathematics in a line": /\$\S+ \+ \d+\$/,
  links: /\[[a-z ]+\]\(https:\/\/example\.com/,
  "bold text": /\*\*[a-z ]+\*\*/,
  "code in a line": /`[a-z]+\.[a-z]+\(\)`/,
  Chinese: /\p{Script=Han}/u,
  emoji: /\p{Extended_Pictographic}/u,
  ...Object.fromEntries(LANGUAGES.map((language) => [language, new RegExp(`^\`\`\`${language}\\n`, "m")])),
};

const sizes = DOCUMENTS.filter((document) => !document.isAdversarial);

describe("an answer", () => {
  it.each(sizes)("of $title has exactly that many bytes", (document) => {
    expect(Buffer.byteLength(document.create())).toBe(Number(document.name) * 1000);
  });

  it.each(sizes)("of $title has every feature", (document) => {
    const text = document.create();
    expect(Object.keys(FEATURES).filter((name) => !FEATURES[name]?.test(text))).toEqual([]);
  });

  it("is another one for another seed", () => {
    expect(answer(5000, 2)).not.toBe(answer(5000, 1));
  });
});

describe("every document", () => {
  it.each(DOCUMENTS)("is the same each time: $name", (document) => {
    expect(document.create()).toBe(document.create());
  });

  it.each(DOCUMENTS)("is its pieces joined, none of which ends within a character: $name", (document) => {
    const text = document.create();
    const pieces = inPieces(text, 4);
    expect(pieces.join("")).toBe(text);
    expect(pieces.filter((piece) => !piece.isWellFormed())).toEqual([]);
    expect([...text].length / pieces.length).toBeCloseTo(4, 0);
  });
});

describe("an adversarial document", () => {
  const create = (name: string) => DOCUMENTS.find((document) => document.name === name)?.create() ?? "";

  it("is one block, or many of one kind", () => {
    expect(create("paragraph")).not.toContain("\n");
    expect(create("table")).not.toContain("\n\n");
    expect(create("code").match(/^```/gm)).toHaveLength(2);
    expect(create("list").match(/^- /gm)).toHaveLength(5000);
    expect(create("definitions").match(/^\[[^\]]+\]: /gm)).toHaveLength(250);
    expect(create("regexes").match(/\[\^/g)?.length).toBeGreaterThan(300);
  });
});
