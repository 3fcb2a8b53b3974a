import type { Migration } from "kysely";
import { createConversations } from "./migrations/0001-conversations";
import { createWalls } from "./migrations/0002-walls";
import { createMoney } from "./migrations/0003-money";
import { createShares } from "./migrations/0004-shares";
import { createHistory } from "./migrations/0005-history";
import { createBranches } from "./migrations/0006-branches";
import { createArchive } from "./migrations/0007-archive";
import { createRoom } from "./migrations/0008-room";
import { createLog } from "./migrations/0009-log";
import { numberJournal } from "./migrations/0010-journal";

/** All migrations by name, applied in the order of their names. One that has landed is never edited. */
export const migrations: Record<string, Migration> = {
  "0001_conversations": { up: createConversations },
  "0002_walls": { up: createWalls },
  "0003_money": { up: createMoney },
  "0004_shares": { up: createShares },
  "0005_history": { up: createHistory },
  "0006_branches": { up: createBranches },
  "0007_archive": { up: createArchive },
  "0008_room": { up: createRoom },
  "0009_log": { up: createLog },
  "0010_journal": { up: numberJournal },
};
