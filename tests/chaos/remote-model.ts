import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { Model, Turn } from "../faults/model";
import { newIds } from "../faults/person";
import { textOf } from "../upstream/events";
import type { RequestRecord } from "../upstream/request-log";
import type { Scenario } from "../upstream/scenario";

/** What is told of a call to the model. */
export type Call = Pick<RequestRecord, "flushedText" | "closed">;

export type ToModel =
  | { type: "plan"; name: string; scenarios: readonly Scenario[] }
  | { type: "report"; name: string }
  | { type: "count_open" };

export type FromModel =
  | { type: "listening"; name: string; url: string }
  | { type: "planned"; name: string }
  | { type: "report"; name: string; calls: Call[] }
  | { type: "open"; name: string; count: number };

/** A fake Messages API in another process. Its turns are to be awaited before they are asked. */
export type RemoteModel = Model & {
  /** Resolves when the model knows how to answer the turn. */
  ready(turn: Turn): Promise<void>;
  /** The turn's question once more: the same words, another answer. */
  again(turn: Turn, scenarios: readonly Scenario[]): Turn;
  /** Fills in the calls that were made for the turn, once they are over. */
  report(turn: Turn): Promise<void>;
  countOpen(): Promise<number>;
};

export async function startRemoteModel(): Promise<RemoteModel> {
  const child = fork(fileURLToPath(new URL("upstream.ts", import.meta.url)), { execArgv: ["--import", "tsx"] });
  const { url } = await told(child, "listening", "");
  child.setMaxListeners(0);
  const planned = new Map<string, Promise<unknown>>();
  const say = (message: ToModel) => void child.send(message);

  function plan(turn: Turn, scenarios: readonly Scenario[]): Turn {
    const name = nameOf(turn);
    planned.set(name, told(child, "planned", name));
    say({ type: "plan", name, scenarios });
    return turn;
  }

  return {
    url,
    turn(scenarios, place) {
      const ids = newIds(place?.conversationId, place?.parentId);
      const question = `How? [turn ${randomUUID()}]`;
      return plan({ ids, question, text: lastText(scenarios), calls: [], storedBefore: [] }, scenarios);
    },
    again({ ids, question }, scenarios) {
      const again = { ...ids, id: randomUUID(), parentId: ids.messageId };
      return plan({ ids: again, question, text: lastText(scenarios), calls: [], storedBefore: [] }, scenarios);
    },
    async ready(turn) {
      await planned.get(nameOf(turn));
      planned.delete(nameOf(turn));
    },
    async report(turn) {
      const name = nameOf(turn);
      const answered = told(child, "report", name);
      say({ type: "report", name });
      turn.calls = (await answered).calls as RequestRecord[];
    },
    async countOpen() {
      const answered = told(child, "open", "");
      say({ type: "count_open" });
      return (await answered).count;
    },
    probeWith() {},
    async close() {
      child.disconnect();
    },
  };
}

function nameOf({ question }: Turn): string {
  return /\[turn ([\w-]+)\]/.exec(question)?.[1] ?? "";
}

function lastText(scenarios: readonly Scenario[]): string {
  const last = scenarios.at(-1);
  return last?.type === "stream" ? last.events.map(textOf).join("") : "";
}

function told<Type extends FromModel["type"]>(child: ChildProcess, type: Type, name: string) {
  return new Promise<Extract<FromModel, { type: Type }>>((resolve, reject) => {
    const hear = (message: FromModel) => {
      if (message.type !== type || message.name !== name) return;
      child.off("message", hear);
      child.off("exit", gone);
      resolve(message as Extract<FromModel, { type: Type }>);
    };
    const gone = () => reject(new Error("the model's process has ended"));
    child.on("message", hear);
    child.once("exit", gone);
  });
}
