import { answer, everyMs, type StreamScenario } from "../upstream/scenario";
import type { World } from "./world";

/** One row of the fault matrix. */
export type Row = {
  /** Its number in the matrix. */
  row: number;
  name: string;
  /** Where it can be run; everywhere without it. A string says why not here. */
  needs?(world: World): true | string;
  run(world: World): Promise<void>;
};

/** Words with everything that may be cut in two. */
export const PROSE =
  "The platen holds the paper 👩‍👩‍👧‍👦 while the type strikes it. Ein Bogen, zwei Bögen — 纸张, ورق, कागज़. 🇫🇷🇩🇪\r\n".repeat(
    10,
  );

/** An answer that takes about three seconds. */
export function slowAnswer(): StreamScenario {
  return answer(PROSE, { pace: everyMs(18) });
}

/** An answer that goes on for a minute, if nobody stops it. */
export function longAnswer(): StreamScenario {
  return answer(PROSE.repeat(7), { pace: everyMs(20) });
}

export const SEVERAL = (world: World) => world.servers.length > 1 || "needs several instances";
export const ONE = (world: World) => world.servers.length === 1 || "needs a single instance";
export const SQLITE = (world: World) => world.store === "sqlite" || "is about the SQLite file";
export const POSTGRES = (world: World) => world.store === "postgres" || "is about PostgreSQL";
