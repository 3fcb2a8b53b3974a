import { type Browser, type CDPSession, chromium, type Page } from "@playwright/test";
import { findChromium } from "../../tests/chromium.mjs";
import type { BenchPage } from "./page";

declare global {
  interface Window {
    bench: BenchPage;
  }
}

/** `free`: the next frame begins when the last is done. `paced`: 60 frames a second. */
export type Frames = "free" | "paced";

export async function launch(frames: Frames): Promise<Browser> {
  const found = findChromium();
  if (found === undefined) throw new Error("there is no Chromium; set CHROMIUM_PATH");
  const unlimited = frames === "free" ? ["--disable-frame-rate-limit", "--disable-gpu-vsync"] : [];
  return chromium.launch({
    executablePath: found.path,
    args: ["--no-sandbox", "--disable-background-timer-throttling", ...unlimited],
  });
}

export type BenchTab = { page: Page; session: CDPSession; close(): Promise<void> };

/** A page of its own renderer process with the bench in it. */
export async function openTab(browser: Browser, url: string): Promise<BenchTab> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  page.on("pageerror", (error) => process.stderr.write(`in the page: ${error.message}\n`));
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.goto(url, { waitUntil: "networkidle" });
  await page.waitForFunction(() => "bench" in window);
  return { page, session, close: () => context.close() };
}

/** CPU seconds and bytes, as Chromium counts them in the page's process. */
export async function metricsOf(session: CDPSession): Promise<Record<string, number>> {
  const { metrics } = await session.send("Performance.getMetrics");
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

/** CPU time the main thread has used so far, ms. */
export async function mainThreadMs(session: CDPSession): Promise<number> {
  const { ThreadTime } = await metricsOf(session);
  return (ThreadTime ?? Number.NaN) * 1000;
}

/** Bytes on the script heap after the garbage is gone. */
export async function heapBytes(session: CDPSession): Promise<number> {
  for (let round = 0; round < 2; round++) await session.send("HeapProfiler.collectGarbage");
  const { JSHeapUsedSize } = await metricsOf(session);
  return JSHeapUsedSize ?? Number.NaN;
}
