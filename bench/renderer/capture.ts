import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "@playwright/test";
import { launch, openTab } from "./browser";
import { buildPage } from "./contenders";
import { serveFolder } from "./site";

/**
 * Pictures of a table, code and mathematics while they arrive, light and dark, on a phone and a desk, and how far anything
 * that stood there moved: `npx tsx bench/renderer/capture.ts --folder /tmp/frames`.
 */
const { values } = parseArgs({
  options: { folder: { type: "string", default: "bench/.work/frames" }, every: { type: "string", default: "60" } },
});

const TEXT = `## What arrives

A paragraph with **bold words**, a [link](https://example.org/path) and $e^{i\\pi} + 1 = 0$.

| Machine | Year | Remark |
| :-- | --: | --- |
| Lettera 22 | 1950 | **light** and flat |
| Selectric | 1961 | a ball for \`type\` |

\`\`\`ts
const keys: string[] = ["a", "b"];
for (const key of keys) console.log(key, "one by one, in a line that is too long for a telephone"); // so
\`\`\`

$$
\\sum_{n=1}^{\\infty} \\frac{1}{n^2} = \\frac{\\pi^2}{6}
$$

- first
  - nested *deep*

The end.`;
const CHARACTERS_A_FRAME = 4;
const WIDTHS = [320, 1440];
const SCHEMES = ["light", "dark"] as const;

const folder = values.folder;
mkdirSync(folder, { recursive: true });
const site = await serveFolder(await buildPage("platen"));
const browser = await launch("paced");
try {
  for (const width of WIDTHS) for (const scheme of SCHEMES) await capture(width, scheme);
} finally {
  await browser.close();
  await site.close();
}

async function capture(width: number, colorScheme: (typeof SCHEMES)[number]): Promise<void> {
  const { page, close } = await openTab(browser, site.url);
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme });
  await watchShifts(page);
  const count = await page.evaluate((args) => window.bench.prepare(...args), [TEXT, CHARACTERS_A_FRAME] as const);
  await page.evaluate(() => window.bench.mount());
  const step = Math.max(1, Math.round(Number(values.every) / CHARACTERS_A_FRAME));
  for (let end = step; end < count + step; end += step) {
    await page.evaluate((until) => window.bench.appendUntil(until, 60_000), end);
    const number = String(Math.min(end, count)).padStart(4, "0");
    await page.screenshot({ path: join(folder, `${width}-${colorScheme}-${number}.png`) });
  }
  await page.evaluate(() => window.bench.finish(200));
  await page.screenshot({ path: join(folder, `${width}-${colorScheme}-end.png`) });
  const shift = await page.evaluate(() => (window as unknown as { layoutShift: number }).layoutShift);
  process.stdout.write(`${width} px, ${colorScheme}: layout shift ${shift.toFixed(4)}\n`);
  await close();
}

async function watchShifts(page: Page): Promise<void> {
  await page.evaluate(() => {
    Object.assign(window, { layoutShift: 0 });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        (window as unknown as { layoutShift: number }).layoutShift += (entry as unknown as { value: number }).value;
    }).observe({ type: "layout-shift" });
  });
}
