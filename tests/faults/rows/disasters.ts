import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { textOf } from "@/lib/chat/message";
import { answer, everyMs } from "../../upstream/scenario";
import { check, type Expected, Violation } from "../checker";
import { eventually, type Turn } from "../model";
import { newIds, type Person, sleep, View } from "../person";
import { longAnswer, ONE, POSTGRES, PROSE, type Row, SEVERAL, SQLITE, slowAnswer } from "../row";
import { startWorld, type World } from "../world";

/** Twelve seconds: longer than each fault that it is to survive. */
const throughTheFault = () => answer(PROSE.repeat(3), { pace: everyMs(25) });

type Asked = { person: Person; turn: Turn; view: View; end: Promise<View> };

const INTERRUPTED: Expected = { outcomes: ["interrupted"], text: "prefix", calls: 1 };
const DONE: Expected = { outcomes: ["done"], text: "whole", calls: 1 };
const STREAMS = 200;
const AT_ONCE = 20;
const LOCK_MS = 5_000;

/** Asks on the given instance, and waits for the first words. */
async function begin(world: World, instance: number, scenario = throughTheFault()): Promise<Asked> {
  const person = await world.person();
  const turn = world.model.turn([scenario]);
  const view = new View();
  const end = person.ask(turn.ids, turn.question, { view, instance });
  await view.until((one) => textOf(one.content).length > 40);
  return { person, turn, view, end };
}

async function checkAll(world: World, all: readonly Asked[], expected: (asked: Asked) => Expected): Promise<void> {
  await Promise.all(
    all.map(async (asked) => {
      await asked.end;
      await check(world, asked.person, asked.turn, [asked.view], expected(asked));
    }),
  );
}

export const DISASTER_ROWS: readonly Row[] = [
  {
    row: 6,
    name: "kill -9 in the middle of answers, then started again",
    needs: ONE,
    async run(world) {
      const all = await Promise.all([1, 2, 3].map(() => begin(world, 0)));
      const [server] = world.servers;
      server?.kill("SIGKILL");
      await server?.exited();
      await server?.start();
      await checkAll(world, all, () => INTERRUPTED);
    },
  },
  {
    row: 6,
    name: "kill -9 of one instance: another settles its answers, the others go on",
    needs: SEVERAL,
    async run(world) {
      const [lost, other] = await Promise.all([begin(world, 0), begin(world, 1)]);
      world.servers[0]?.kill("SIGKILL");
      await world.servers[0]?.exited();
      const killedAt = Date.now();
      await lost.end;
      if (Date.now() - killedAt > 30_000) throw new Violation("a dead instance's answer was not settled within 30 s");
      await checkAll(world, [lost], () => INTERRUPTED);
      await checkAll(world, [other], () => DONE);
      await world.servers[0]?.start();
    },
  },
  {
    row: 6,
    name: "Stop of an answer whose instance is dead",
    needs: SEVERAL,
    async run(world) {
      const lost = await begin(world, 0);
      world.servers[0]?.kill("SIGKILL");
      await world.servers[0]?.exited();
      const shown = 20;
      await lost.person.stopSurely(lost.turn.ids.id, shown);
      await checkAll(world, [lost], () => ({ outcomes: ["stopped"], text: { shown }, calls: 1 }));
      await world.servers[0]?.start();
    },
  },
  {
    row: 7,
    name: "SIGTERM in the middle of 200 answers",
    async run(world) {
      const all: Asked[] = [];
      // A few at a time: the model is in this process, and its silence would be taken for a stall.
      while (all.length < STREAMS) {
        const some = Array.from({ length: AT_ONCE }, (_, index) =>
          begin(world, index, answer(PROSE.repeat(6), { pace: everyMs(200) })),
        );
        all.push(...(await Promise.all(some)));
      }
      const runners = await Promise.all(all.map(({ turn }) => world.runnerOf(turn.ids.id)));
      const [server] = world.servers;
      server?.kill("SIGTERM");
      const code = await server?.exited();
      if (code !== 0) throw new Violation(`the server ended with ${code} after SIGTERM`);
      await server?.start();
      // The answers of the other instances would go on for a minute.
      const others = all.filter((_, index) => runners[index] !== 0);
      await Promise.all(others.map(({ person, turn }) => person.stopSurely(turn.ids.id)));
      await Promise.all(all.map(({ end }) => end));
      const sample = all.filter((_, index) => index % 20 < 3);
      await checkAll(world, sample, (asked) =>
        others.includes(asked) ? { ...INTERRUPTED, outcomes: ["stopped"] } : INTERRUPTED,
      );
      for (const asked of all) {
        const type = others.includes(asked) ? "stopped" : "interrupted";
        if (asked.view.outcome?.type !== type) throw new Violation(`ended as ${asked.view.outcome?.type}, not ${type}`);
        if (asked.view.faults.length > 0) throw new Violation(asked.view.faults.join("; "));
      }
    },
  },
  {
    row: 8,
    name: "the store locked for 5 s by another process",
    async run(world) {
      const asked = await begin(world, 0);
      const unlock = world.store === "sqlite" ? await lockSqlite(world.dataDir) : await lockPostgres(world);
      const late = sendDuring(world);
      await sleep(LOCK_MS);
      await unlock();
      await checkAll(world, [asked, await late], () => DONE);
    },
  },
  {
    row: 8,
    name: "the disk full in the middle of an answer, then with room again",
    needs: (world) => (canMount() ? SQLITE(world) : "needs root, to mount a small disk"),
    run: (world) =>
      onSmallDisk(world, async (small, dataDir) => {
        const asked = await begin(small, 0, longAnswer());
        writeFileSync(join(dataDir, "ballast"), "");
        fillDisk(join(dataDir, "ballast"));
        await eventually("the model's socket is closed", () => asked.turn.calls[0]?.closed?.by === "client");
        const refused = await asked.person
          .put(newIds(), "Is there room?", new View())
          .catch((error: Error) => error.message);
        if (!String(refused).startsWith("503")) throw new Violation(`a question without room for it: ${refused}`);
        rmSync(join(dataDir, "ballast"));
        await checkAll(small, [asked], () => INTERRUPTED);
      }),
  },
  {
    row: 8,
    name: "PostgreSQL restarted in the middle of answers",
    needs: POSTGRES,
    async run(world) {
      const all = await Promise.all(world.servers.map((_, instance) => begin(world, instance)));
      // One follows through an instance that does not run it.
      const elsewhere = all[0]?.person.tab().followToEnd(all[0].turn.ids.id, { instance: 1 });
      await world.postgres?.restart();
      const late = await sendDuring(world);
      await checkAll(world, [...all, late], () => DONE);
      const view = await elsewhere;
      if (view !== undefined && all[0] !== undefined) {
        await check(world, all[0].person, all[0].turn, [view], DONE);
      }
    },
  },
];

const DISK = "16m";

function canMount(): boolean {
  return process.getuid?.() === 0 && process.platform === "linux";
}

/** Another Platen, its store on a disk of 16 MB. */
async function onSmallDisk(world: World, run: (small: World, dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), "platen-small-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK}`, "tmpfs", dataDir]);
  try {
    const small = await startWorld({ store: world.store, instances: 1, dataDir });
    try {
      await run(small, dataDir);
    } finally {
      await small.close();
    }
  } finally {
    execFileSync("umount", ["-l", dataDir]);
  }
}

function fillDisk(file: string): void {
  for (let size = 1 << 20; size >= 1; size = Math.floor(size / 4)) {
    try {
      for (;;) appendFileSync(file, Buffer.alloc(size));
    } catch {
      // No more of this size fits.
    }
  }
}

/** A message that is sent while the store is out of reach: it is kept, once, or refused until the store is back. */
async function sendDuring(world: World): Promise<Asked> {
  const person = await world.person();
  const turn = world.model.turn([slowAnswer()]);
  const view = new View();
  return { person, turn, view, end: person.ask(turn.ids, turn.question, { view }) };
}

/** Holds SQLite's write lock from a process of its own; returns what lets it go. */
async function lockSqlite(dataDir: string): Promise<() => Promise<void>> {
  const locker = fileURLToPath(new URL("../lock-sqlite.mjs", import.meta.url));
  const child = spawn(process.execPath, [locker, dataDir], { stdio: ["pipe", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return async () => {
    child.stdin.end();
    await once(child, "exit");
  };
}

async function lockPostgres({ databaseUrl }: World): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query("begin");
  await client.query("lock table generation_log, messages in exclusive mode");
  return async () => {
    await client.query("rollback");
    await client.end();
  };
}
