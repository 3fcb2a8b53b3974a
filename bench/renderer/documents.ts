import { codeBlock, LANGUAGES } from "./code-samples";
import { Random } from "./random";
import { capitalised, chinese, emoji, sentence, words } from "./words";

export type BenchDocument = {
  name: string;
  title: string;
  isAdversarial: boolean;
  create(): string;
};

/** The documents of the bench. The same text each time, on every machine. */
export const DOCUMENTS: readonly BenchDocument[] = [
  ...[5, 20, 80, 200].map((kilobytes) => ({
    name: String(kilobytes),
    title: `${kilobytes} KB`,
    isAdversarial: false,
    create: () => answer(kilobytes * 1000),
  })),
  adversarial("paragraph", "one paragraph of 20 KB", () => until(20_000, sentence).join(" ")),
  adversarial("table", "one table of 20 KB", () => TABLE_HEAD + until(20_000, tableRow).join("")),
  adversarial("code", "one code block of 40 KB", () => codeBlock("typescript", 1000, new Random(3))),
  adversarial("list", "5,000 list items", () =>
    Array.from({ length: 5000 }, (_, index) => `- item ${index} is **bold**\n`).join(""),
  ),
  adversarial("definitions", "20 KB with 250 link definitions", definitions),
  // Its blocks are high: the first tenth of less would be measured on a page that is still empty in part.
  adversarial("regexes", "80 KB of regexes", () => until(80_000, regexBlock).join("\n\n")),
];

function adversarial(name: string, title: string, create: () => string): BenchDocument {
  return { name, title, isAdversarial: true, create };
}

/**
 * An answer as models write them, of exactly `bytes` bytes of UTF-8: headings, nested lists, tables, code in eight
 * languages, mathematics, links, Chinese and emoji, all of them from 5,000 bytes up.
 */
export function answer(bytes: number, seed = 1): string {
  const random = new Random(seed);
  const isShort = bytes < 10_000;
  const blocks: string[] = [];
  let left = bytes;
  for (let index = 0; ; index++) {
    for (const block of section(random, index, isShort)) {
      const size = byteLength(block) + 2;
      if (size > left) return [...blocks, filler(left)].join("\n\n");
      blocks.push(block);
      left -= size;
    }
  }
}

function section(random: Random, index: number, isShort: boolean): string[] {
  const paragraph = () => random.some(isShort ? 1 : random.between(2, 5), () => sentence(random)).join(" ");
  const language = LANGUAGES[index % LANGUAGES.length] as (typeof LANGUAGES)[number];
  const features = [
    () => nestedList(random, isShort),
    () =>
      TABLE_HEAD +
      random
        .some(isShort ? 2 : random.between(3, 8), () => tableRow(random))
        .join("")
        .trimEnd(),
    () => `$$\n\\sum_{i=1}^{${index + 2}} \\frac{x_i^2}{\\sqrt{${random.between(2, 99)}}} \\le \\int_0^1 f(t)\\,dt\n$$`,
    () => `${chinese(random)}${chinese(random)}**${chinese(random)}**`,
    () => `> ${sentence(random)} ${emoji(random)} $x_${index} + ${index}$`,
  ];
  return [
    `${"#".repeat(2 + (index % 3))} ${capitalised(words(random, 3))} ${emoji(random)}`,
    paragraph(),
    codeBlock(language, isShort ? 3 : random.between(5, 25), random),
    (features[index % features.length] as () => string)(),
    ...(isShort ? [] : [paragraph(), (features[(index + 2) % features.length] as () => string)(), paragraph()]),
  ];
}

function nestedList(random: Random, isShort: boolean): string {
  const item = (indent: string, marker: string) =>
    `${indent}${marker} ${isShort ? words(random, 4) : sentence(random)}`;
  const groups = random.some(isShort ? 1 : random.between(2, 4), () => [
    item("", "-"),
    item("  ", "1."),
    item("     ", "-"),
    item("  ", "2."),
  ]);
  return groups.flat().join("\n");
}

const TABLE_HEAD = "| Name | Value | Note |\n| :--- | ---: | --- |\n";

function tableRow(random: Random): string {
  return `| ${words(random, 2)} | ${random.below(10_000)} | **${words(random, 1)}** ${words(random, 3)} |\n`;
}

function definitions(): string {
  const random = new Random(5);
  const pairs = Array.from({ length: 200 }, (_, index) => {
    const use = `${capitalised(words(random, 4))} [reference ${index}] and [the last][late ${index % 50}].`;
    return `${use}\n\n[reference ${index}]: https://example.com/${index}`;
  });
  const late = Array.from({ length: 50 }, (_, index) => `[late ${index}]: https://example.com/late/${index} "late"`);
  return [...pairs, late.join("\n")].join("\n\n");
}

function regexBlock(random: Random): string {
  const expression = `/^[^a-z${random.below(9)}]+(?:[x]: [^\\]]*)$/`;
  return `${sentence(random)} Use \`${expression}\`:\n\n\`\`\`js\nconst pattern = ${expression};\n[x]: no\n\`\`\``;
}

function until(bytes: number, make: (random: Random) => string): string[] {
  const random = new Random(2);
  const parts: string[] = [];
  for (let length = 0; length < bytes; ) {
    const part = make(random);
    parts.push(part);
    length += byteLength(part) + 1;
  }
  return parts;
}

function filler(bytes: number): string {
  return `${words(new Random(9), Math.ceil(bytes / 2)).slice(0, Math.max(0, bytes - 1))}.`.slice(0, bytes);
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
