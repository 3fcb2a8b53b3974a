import { buildPage } from "../../bench/renderer/contenders";
import { serveFolder } from "../../bench/renderer/site";
import { expect, test } from "./fixtures";

/** One paragraph of words of many lengths, some of them marked. */
function longParagraph(): string {
  const words = Array.from({ length: 1800 }, (_, index) => {
    const word = "abcdefghij".slice(0, 1 + ((index * 7919) % 9));
    if (index % 40 === 0) return `**${word}**`;
    return index % 40 === 7 ? `\`${word}\`` : `${word}${index % 11 === 0 ? "\n" : ""}`;
  });
  return words.join(" ");
}

for (const width of [390, 1280]) {
  test(`no word of a paragraph that was laid out in parts moves when it ends, at ${width} pixels`, async ({ page }) => {
    const site = await serveFolder(await buildPage("platen"));
    await page.setViewportSize({ width, height: 900 });
    await page.goto(site.url);
    const { partCount, before, after } = await page.evaluate(async (text) => {
      const placesOfMarks = () => {
        const origin = document.querySelector(".answer-text")?.getBoundingClientRect();
        return [...document.querySelectorAll(".answer-text :is(strong, code)")].map((mark) => {
          const { left, top } = mark.getBoundingClientRect();
          return `${Math.round(left - (origin?.left ?? 0))}, ${Math.round(top - (origin?.top ?? 0))}`;
        });
      };
      window.bench.prepare(text, 60);
      window.bench.mount();
      await window.bench.appendUntil(Number.MAX_SAFE_INTEGER, 60_000);
      const partCount = document.querySelectorAll(".part").length;
      const before = placesOfMarks();
      await window.bench.finish(200);
      return { partCount, before, after: placesOfMarks() };
    }, longParagraph());
    await site.close();
    expect(partCount).toBeGreaterThan(1);
    expect(after).toEqual(before);
  });
}
