import type { IncomingMessage } from "node:http";
import { answer, everyMs } from "../../upstream/scenario";
import { check, Violation } from "../checker";
import { eventually } from "../model";
import { Person } from "../person";
import { PROSE, type Row } from "../row";

const READERS = 200;
const BYTES_A_SECOND = 1024;
/** 200 copies of the long answer would be as much again, beside the garbage that any stream makes. */
const MEMORY_BOUND_BYTES = 350 * 1024 * 1024;

/** Reads 1 kB a second, so that the sockets are full nearly from the start. */
function readSlowly(response: IncomingMessage): () => void {
  response.pause();
  const timer = setInterval(() => void response.read(BYTES_A_SECOND), 1_000);
  return () => {
    clearInterval(timer);
    response.destroy();
  };
}

export const SLOW_READER_ROWS: readonly Row[] = [
  {
    row: 18,
    name: "200 readers at 1 kB/s beside normal ones",
    async run(world) {
      const [server] = world.servers;
      const person = await world.person();
      const big = world.model.turn([answer(PROSE.repeat(800), { deltaSize: 500, pace: everyMs(3) })]);
      const asked = person.ask(big.ids, big.question, { instance: 0 });
      await eventually("the long answer has begun", () => big.calls.length === 1);
      const before = server?.residentBytes() ?? 0;
      const direct = new Person(server?.url ?? "");
      direct.cookie = person.cookie;
      const leave: (() => void)[] = [];
      for (let reader = 0; reader < READERS; reader++) {
        leave.push(readSlowly(await direct.open("GET", `/api/generations/${big.ids.id}`, {})));
      }
      const turns = Array.from({ length: 5 }, () => world.model.turn([answer(PROSE, { pace: everyMs(10) })]));
      const views = await Promise.all(turns.map(({ ids, question }) => person.tab().ask(ids, question)));
      await asked;
      const grown = (server?.residentBytes() ?? 0) - before;
      for (const end of leave) end();
      if (grown > MEMORY_BOUND_BYTES) throw new Violation(`slow readers cost ${Math.round(grown / 1048576)} MB`);
      for (const [index, turn] of turns.entries()) {
        const view = views[index];
        await check(world, person, turn, view ? [view] : [], { outcomes: ["done"], text: "whole", calls: 1 });
      }
    },
  },
];
