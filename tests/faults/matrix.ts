import { afterAll, beforeAll, describe, test } from "vitest";
import type { Row } from "./row";
import { DISASTER_ROWS } from "./rows/disasters";
import { MODEL_ROWS } from "./rows/model";
import { NETWORK_ROWS } from "./rows/network";
import { SLOW_READER_ROWS } from "./rows/slow-readers";
import { STOP_ROWS } from "./rows/stop";
import { startWorld, type World, type WorldOptions } from "./world";

const START_WITHIN_MS = 180_000;
const ROW_WITHIN_MS = 180_000;

/** The whole matrix on servers that are started once: first what disturbs nobody, side by side, then the disasters. */
export function describeMatrix(title: string, options: WorldOptions): void {
  describe(title, () => {
    let world: World;
    beforeAll(async () => {
      world = await startWorld(options);
    }, START_WITHIN_MS);
    afterAll(() => world?.close());

    const run = (row: Row) => async (context: { skip(note: string): never | void }) => {
      const reason = row.needs?.(world) ?? true;
      if (reason !== true) return context.skip(reason);
      await row.run(world);
    };

    describe.concurrent("side by side", () => {
      for (const row of [...STOP_ROWS, ...NETWORK_ROWS, ...MODEL_ROWS]) test(titleOf(row), run(row), ROW_WITHIN_MS);
    });
    describe.sequential("one after the other", () => {
      for (const row of [...SLOW_READER_ROWS, ...DISASTER_ROWS]) test(titleOf(row), run(row), ROW_WITHIN_MS);
    });
  });
}

function titleOf({ row, name }: Row): string {
  return `row ${row}: ${name}`;
}
