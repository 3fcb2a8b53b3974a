import { describe, expect, test } from "vitest";
import type { Conversation, QueuedMessage } from "@/lib/chat/conversation";
import type { Refusal } from "@/lib/chat/error";
import { type GenerationEvent, type Message, type Outcome, textOf } from "@/lib/chat/message";
import type { GenerationRequest } from "@/lib/chat/request";
import { createConversationStore } from "./store";
import type { ConversationRead, FollowEnd, OnEvent, StopEnd, Transport } from "./transport";

const AT = "2026-01-01T00:00:00.000Z";
const USAGE = { input_tokens: 3, output_tokens: 5 };
const NO_USAGE = { input_tokens: 0, output_tokens: 0 };
const DONE: Outcome = { type: "done", stop_reason: "end_turn", usage: USAGE };
const STOPPED: Outcome = { type: "stopped", usage: USAGE };
const BUSY: Refusal = { code: "busy", message: "Full." };
const DRAINING: Refusal = { code: "draining", message: "Restarting." };
const RATE_LIMITED: Refusal = { code: "rate_limited", message: "Slowly." };
const ACCESS_REQUIRED: Refusal = { code: "access_required", message: "A code, please." };

const START: GenerationEvent = { type: "generation_start", id: "", conversationId: "c", parentId: "", model: "m" };
const BEGIN: GenerationEvent = { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } };
const says = (text: string): GenerationEvent => ({
  type: "content_block_delta",
  index: 0,
  delta: { type: "text_delta", text },
});
const ends = (outcome: Outcome): GenerationEvent => ({ type: "generation_end", outcome });

function question(id: string, text: string, parentId: string | null = null): Message {
  return { id, parentId, role: "user", content: [{ type: "text", text }], createdAt: AT };
}

function answer(id: string, parentId: string, text: string, outcome?: Outcome): Message {
  const content = text === "" ? [] : [{ type: "text" as const, text }];
  return { id, parentId, role: "assistant", content, ...(outcome && { outcome }), createdAt: AT };
}

function conversation(...messages: Message[]): Conversation {
  return { id: "c", title: "", leafId: messages.at(-1)?.id ?? null, messages };
}

const sent = (id: string, text: string) => ({ id, content: [{ type: "text", text }] });

/** One connection the store has opened: the test says what comes over it, and how it ends. */
type Connection = {
  asked: { start: string; request: GenerationRequest } | { follow: string; after: number };
  signal: AbortSignal;
  says(n: number, ...events: GenerationEvent[]): void;
  ends(end: FollowEnd): void;
};

/** Everything the store does outside, in order, each call answered by the test. */
function setUp(initial: Conversation = conversation(), lastEventId = 0) {
  const connections: Connection[] = [];
  const stops: { id: string; shown: number; answer(outcome: Outcome): void; ends(end: StopEnd): void }[] = [];
  const reads: { id: string; answer(conversation: Conversation): void; ends(read: ConversationRead): void }[] = [];
  const savedLeaves: string[] = [];
  const discarded: string[] = [];
  const choice: { model: string | undefined } = { model: undefined };
  const pauses: { ms: number; atLeastMs: number; wake(): void }[] = [];
  let ids = 0;
  const clock = { nowMs: 0 };
  const network = { isOnline: true, listeners: [] as (() => void)[], hear: () => {} };
  const told: string[] = [];
  const kept = new Map<string, QueuedMessage[]>();

  function connect(asked: Connection["asked"], onEvent: OnEvent, signal: AbortSignal): Promise<FollowEnd> {
    return new Promise((resolve) => {
      connections.push({
        asked,
        signal,
        says(n, ...events) {
          for (const [index, event] of events.entries()) onEvent({ n: n + index, event });
        },
        ends: resolve,
      });
      signal.addEventListener("abort", () => resolve({ type: "broken" }));
    });
  }

  const transport: Transport = {
    start: (id, request, onEvent, signal) => connect({ start: id, request }, onEvent, signal),
    follow: (id, after, onEvent, signal) => connect({ follow: id, after }, onEvent, signal),
    stop: (id, shown) =>
      new Promise((ends) => {
        stops.push({ id, shown, answer: (outcome) => ends({ type: "settled", outcome }), ends });
      }),
    readConversation: (id) =>
      new Promise((ends) => {
        reads.push({ id, answer: (conversation) => ends({ type: "read", conversation }), ends });
      }),
    saveLeaf: async (_, leafId) => void savedLeaves.push(leafId),
    discard: async (id) => void discarded.push(id),
  };
  const store = createConversationStore(initial, lastEventId, {
    transport,
    newId: () => `id-${++ids}`,
    now: () => AT,
    random: () => 1,
    elapsedMs: () => clock.nowMs,
    isOnline: () => network.isOnline,
    onOnline: (listener) => void network.listeners.push(listener),
    tellTabs: (id) => void told.push(id),
    onTold(_, listener) {
      network.hear = listener;
    },
    chosenModel: () => choice.model,
    forgetChosenModel() {
      choice.model = undefined;
    },
    queues: { read: (key) => kept.get(key) ?? [], write: (key, queued) => void kept.set(key, [...queued]) },
    pause: (ms, atLeastMs, signal) =>
      new Promise((resolve) => {
        pauses.push({ ms, atLeastMs, wake: resolve });
        signal.addEventListener("abort", () => resolve());
      }),
  });
  const connection = (index: number) => {
    const found = connections[index];
    if (found === undefined) throw new Error(`the store has opened ${connections.length} connections only`);
    return found;
  };
  return {
    store,
    connections,
    connection,
    stops,
    reads,
    savedLeaves,
    discarded,
    choice,
    pauses,
    clock,
    network,
    told,
    kept,
  };
}

/** The connection is lost, and when the store asks again the answer is gone. */
async function returnToNothing({ connection, pauses }: Pick<ReturnType<typeof setUp>, "connection" | "pauses">) {
  connection(0).ends({ type: "broken" });
  await settled();
  pauses[0]?.wake();
  await settled();
  connection(1).ends({ type: "refused", error: { code: "not_found", message: "Gone." } });
  await settled();
}

/** All that follows from what has happened, but for new calls to the outside, is done. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

function texts(store: ReturnType<typeof setUp>["store"]) {
  return store.getState().conversation.messages.map(({ id, content, outcome }) => [id, textOf(content), outcome?.type]);
}

/** A store whose first answer has begun, with "Hello" so far. */
async function streaming() {
  const world = setUp();
  world.store.send("Hi");
  await settled();
  world.connection(0).says(1, START, BEGIN, says("Hello"));
  return world;
}

describe("a message", () => {
  test("is sent, its answer written as it comes, and settled at the end", async () => {
    const { store, connections, connection } = setUp();
    let changes = 0;
    store.subscribe(() => changes++);
    store.send("Hi");
    expect(store.getState().generation).toMatchObject({ phase: "submitted", id: "id-2" });
    await settled();
    expect(connections.map(({ asked }) => asked)).toEqual([
      { start: "id-2", request: { conversationId: "c", parentId: null, message: sent("id-1", "Hi") } },
    ]);
    connection(0).says(1, START, BEGIN, says("Hel"), says("lo"));
    expect(store.getState().generation).toEqual({ phase: "streaming", id: "id-2", lastEventId: 4, unsent: null });
    connection(0).says(5, ends(DONE));
    connection(0).ends({ type: "ended" });
    await settled();
    expect(store.getState()).toEqual({
      conversation: conversation(question("id-1", "Hi"), { ...answer("id-2", "id-1", "Hello", DONE), model: "m" }),
      generation: { phase: "idle" },
      refused: null,
      queued: [],
    });
    expect(changes).toBe(6);
    expect(connections).toHaveLength(1);
  });

  test("follows the last answer", async () => {
    const { store, connection } = setUp(conversation(question("u", "One"), answer("a", "u", "1", DONE)));
    store.send("Two");
    await settled();
    expect(connection(0).asked).toMatchObject({ request: { parentId: "a", message: sent("id-1", "Two") } });
  });

  test("waits while an answer is under way, is kept through a reload, and goes out once when it ends", async () => {
    const { store, connections, connection, kept } = await streaming();
    expect(store.send("And?")).toBe("queued");
    store.retry("id-2");
    await settled();
    expect(connections).toHaveLength(1);
    expect(kept.get("c")).toEqual([{ id: "id-3", text: "And?" }]);
    connection(0).says(4, ends(DONE));
    connection(0).ends({ type: "ended" });
    await settled();
    expect(connection(1).asked).toMatchObject({ request: { parentId: "id-2", message: sent("id-3", "And?") } });
    expect(store.getState().queued).toEqual([]);
    expect(kept.get("c")).toEqual([]);
  });

  test("that waits can be taken back", async () => {
    const { store, connections, connection } = await streaming();
    store.send("And?");
    expect(store.unqueue("id-3")).toBe("And?");
    connection(0).says(4, ends(DONE));
    connection(0).ends({ type: "ended" });
    await settled();
    expect(connections).toHaveLength(1);
  });

  test("that waits is not thrown after a failure", async () => {
    const { store, connections, connection } = await streaming();
    store.send("And?");
    connection(0).says(4, ends({ type: "failed", error: { code: "overloaded", message: "Busy." } }));
    connection(0).ends({ type: "ended" });
    await settled();
    expect(connections).toHaveLength(1);
    expect(store.getState().queued).toHaveLength(1);
  });

  test("written without a network waits for it", async () => {
    const { store, connections, connection, network } = setUp();
    network.isOnline = false;
    expect(store.send("Hi")).toBe("queued");
    await settled();
    expect(connections).toHaveLength(0);
    network.isOnline = true;
    for (const listener of network.listeners) listener();
    await settled();
    expect(connection(0).asked).toMatchObject({ request: { message: sent("id-1", "Hi") } });
  });

  test("that begins a conversation leaves nothing waiting for the next one", async () => {
    const { store, connection, network, kept } = setUp();
    network.isOnline = false;
    store.send("Hi");
    store.send("And?");
    expect(kept.get("new")).toHaveLength(2);
    network.isOnline = true;
    for (const listener of network.listeners) listener();
    await settled();
    expect([kept.get("new"), kept.get("c")]).toEqual([[], [{ id: "id-2", text: "And?" }]]);
    connection(0).ends({ type: "refused", error: BUSY });
    await settled();
    expect([kept.get("new"), kept.get("c")]).toEqual([[{ id: "id-2", text: "And?" }], []]);
  });

  test("is told to the other tabs, and what they tell is read from the server", async () => {
    const { store, connection, told, network, reads } = setUp();
    store.send("Hi");
    await settled();
    expect(told).toEqual([]);
    connection(0).says(1, START);
    expect(told).toEqual(["c"]);
    network.hear();
    await settled();
    expect(reads).toEqual([]);
    const other = setUp();
    const read = conversation(question("u", "One"), answer("a", "u", "1", DONE));
    other.network.hear();
    await settled();
    other.reads[0]?.answer(read);
    await settled();
    expect(other.store.getState().conversation).toEqual(read);
  });

  test("leaves a listener that has gone alone", () => {
    const { store } = setUp();
    let changes = 0;
    const leave = store.subscribe(() => changes++);
    leave();
    store.send("Hi");
    expect(changes).toBe(0);
  });
});

describe("a connection that is lost", () => {
  test("in mid-answer is taken up again from the last event, and a replay does no harm", async () => {
    const { store, connections, connection, pauses } = await streaming();
    connection(0).ends({ type: "broken" });
    await settled();
    expect(store.getState().generation).toMatchObject({ phase: "resuming", lastEventId: 3 });
    expect(pauses.map(({ ms }) => ms)).toEqual([500]);
    pauses[0]?.wake();
    await settled();
    expect(connections.map(({ asked }) => asked)[1]).toEqual({ follow: "id-2", after: 3 });
    connection(1).says(2, BEGIN, says("Hello"), says(" there"), ends(DONE));
    connection(1).ends({ type: "ended" });
    await settled();
    expect(texts(store)).toEqual([
      ["id-1", "Hi", undefined],
      ["id-2", "Hello there", "done"],
    ]);
    expect(connections).toHaveLength(2);
  });

  test("before any event starts the answer again, under the same id", async () => {
    const { store, connections, connection, pauses } = setUp();
    store.send("Hi");
    await settled();
    connection(0).ends({ type: "broken" });
    await settled();
    pauses[0]?.wake();
    await settled();
    expect(connection(1).asked).toEqual(connection(0).asked);
    expect(store.getState().generation).toMatchObject({ phase: "resuming", unsent: { id: "id-1" } });
    connection(1).says(1, START, ends(DONE));
    connection(1).ends({ type: "ended" });
    await settled();
    expect(connections).toHaveLength(2);
    expect(store.getState().generation).toEqual({ phase: "idle" });
  });

  test("again and again waits longer each time, and begins anew after ten seconds of health", async () => {
    const { connection, pauses, clock } = await streaming();
    for (let attempt = 0; attempt < 4; attempt++) {
      connection(attempt).ends({ type: "broken" });
      await settled();
      pauses[attempt]?.wake();
      await settled();
    }
    clock.nowMs += 10_001;
    connection(4).ends({ type: "broken" });
    await settled();
    expect(pauses.map(({ ms }) => ms)).toEqual([500, 1_000, 2_000, 4_000, 500]);
  });

  test("is tried again when the server is restarting", async () => {
    const { store, connection, pauses } = setUp();
    store.send("Hi");
    await settled();
    connection(0).ends({ type: "refused", error: DRAINING });
    await settled();
    expect(store.getState()).toMatchObject({ generation: { phase: "resuming" }, refused: null, queued: [] });
    pauses[0]?.wake();
    await settled();
    expect(connection(1).asked).toEqual(connection(0).asked);
  });

  test.each([BUSY, RATE_LIMITED])("is tried again when a server that has the answer says $code", async (error) => {
    const { store, connection, pauses } = await streaming();
    connection(0).ends({ type: "broken" });
    await settled();
    pauses[0]?.wake();
    await settled();
    connection(1).ends({ type: "refused", error });
    await settled();
    expect(store.getState()).toMatchObject({ generation: { phase: "resuming", lastEventId: 3 }, refused: null });
    expect(pauses.map(({ ms }) => ms)).toEqual([500, 1_000]);
    pauses[1]?.wake();
    await settled();
    connection(2).says(4, says(" there"), ends(DONE));
    expect(texts(store)[1]).toEqual(["id-2", "Hello there", "done"]);
  });

  test("waits for another code when the reader's was removed in the middle of it", async () => {
    const { store, connection, pauses } = setUp();
    store.send("Hi");
    await settled();
    connection(0).says(1, START, BEGIN, says("Half"));
    connection(0).ends({ type: "broken" });
    await settled();
    pauses[0]?.wake();
    await settled();
    connection(1).ends({ type: "refused", error: ACCESS_REQUIRED });
    await settled();
    expect(store.getState()).toMatchObject({ generation: { phase: "resuming" }, refused: null });
    pauses[1]?.wake();
    await settled();
    connection(2).says(4, says(" and half."), ends(DONE));
    expect(texts(store).at(-1)?.slice(1)).toEqual(["Half and half.", "done"]);
  });
});

describe("a refusal", () => {
  test("of one who has no code gives the text back", async () => {
    const { store, connection } = setUp();
    store.send("Hi");
    await settled();
    connection(0).ends({ type: "refused", error: ACCESS_REQUIRED });
    await settled();
    expect(store.getState()).toMatchObject({ generation: { phase: "idle" }, refused: { error: ACCESS_REQUIRED } });
  });

  test("gives the text back, and takes the message out of the conversation", async () => {
    const { store, connections, connection } = setUp();
    store.send("Hi");
    await settled();
    connection(0).ends({ type: "refused", error: BUSY });
    await settled();
    expect(store.getState()).toEqual({
      conversation: conversation(),
      generation: { phase: "idle" },
      refused: { error: BUSY, message: question("id-1", "Hi"), parentId: null },
      queued: [],
    });
    expect(connections).toHaveLength(1);
    store.dismissRefusal();
    expect(store.getState().refused).toBeNull();
  });

  test("of an answer that had begun is its failure", async () => {
    const { store, connection, pauses } = await streaming();
    await returnToNothing({ connection, pauses });
    expect(store.getState().generation).toEqual({ phase: "idle" });
    expect(store.getState().conversation.messages[1]).toMatchObject({
      content: [{ type: "text", text: "Hello" }],
      outcome: { type: "failed", error: { code: "internal", message: "Gone." } },
    });
  });
});

describe("a retry", () => {
  const ASKED = conversation(question("u", "One"), answer("a", "u", "1", DONE));

  test("asks for another answer to the same message", async () => {
    const { store, connection } = setUp(ASKED);
    store.retry("a");
    await settled();
    expect(connection(0).asked).toEqual({ start: "id-1", request: { conversationId: "c", parentId: "u" } });
    expect(texts(store)).toEqual([
      ["u", "One", undefined],
      ["a", "1", "done"],
      ["id-1", "", undefined],
    ]);
  });

  test("that is refused leaves the answer that was there", async () => {
    const { store, connection } = setUp(ASKED);
    store.retry("a");
    await settled();
    connection(0).ends({ type: "refused", error: BUSY });
    await settled();
    expect(store.getState()).toEqual({
      conversation: ASKED,
      generation: { phase: "idle" },
      refused: { error: BUSY, message: null, parentId: "u" },
      queued: [],
    });
  });

  test("of an unknown answer asks for nothing", async () => {
    const { store, connections } = setUp(ASKED);
    store.retry("nobody");
    await settled();
    expect(connections).toHaveLength(0);
  });
});

describe("Stop", () => {
  test("freezes what was shown, leaves the connection, and tells the server how much that was", async () => {
    const { store, connections, connection, stops, pauses } = await streaming();
    store.stop(3);
    expect(texts(store)[1]).toEqual(["id-2", "Hel", "stopped"]);
    expect(connection(0).signal.aborted).toBe(true);
    expect(stops).toMatchObject([{ id: "id-2", shown: 3 }]);
    connection(0).says(4, says(" and more"), ends(DONE));
    await settled();
    expect(texts(store)[1]).toEqual(["id-2", "Hel", "stopped"]);
    expect([connections.length, pauses.length]).toEqual([1, 0]);
  });

  test("learns from the server what it cost", async () => {
    const { store, stops } = await streaming();
    store.stop(3);
    expect(store.getState().conversation.messages[1]?.outcome).toEqual({ type: "stopped", usage: NO_USAGE });
    stops[0]?.answer(STOPPED);
    await settled();
    expect(store.getState().conversation.messages[1]?.outcome).toEqual(STOPPED);
  });

  test("that does not reach the server still stops here, and is told again until it does", async () => {
    const { store, connections, stops, pauses } = await streaming();
    store.stop(3);
    store.send("And?");
    for (let attempt = 0; attempt < 3; attempt++) {
      stops[attempt]?.ends({ type: "broken" });
      await settled();
      expect(texts(store)[1]).toEqual(["id-2", "Hel", "stopped"]);
      expect([stops.length, connections.length]).toEqual([attempt + 1, 1]);
      pauses[attempt]?.wake();
      await settled();
    }
    expect(pauses.map(({ ms, atLeastMs }) => [ms, atLeastMs])).toEqual([
      [500, 1_000],
      [1_000, 1_000],
      [2_000, 1_000],
    ]);
    expect(stops[3]).toMatchObject({ id: "id-2", shown: 3 });
    stops[3]?.answer(STOPPED);
    await settled();
    expect(store.getState().conversation.messages[1]?.outcome).toEqual(STOPPED);
    expect([stops.length, connections.length]).toEqual([4, 2]);
  });

  test("that the server refuses is not told again, and holds up nothing", async () => {
    const { store, connections, stops, pauses, reads } = await streaming();
    store.stop(3);
    store.send("And?");
    stops[0]?.ends({ type: "refused" });
    await settled();
    expect(texts(store)[1]).toEqual(["id-2", "Hel", "stopped"]);
    expect([stops.length, pauses.length, reads.length, connections.length]).toEqual([1, 0, 0, 2]);
  });

  test("while nothing is under way does nothing; a second one neither", async () => {
    const { store, stops } = await streaming();
    store.stop(3);
    store.stop(5);
    expect(stops).toHaveLength(1);
    const idle = setUp();
    idle.store.stop(0);
    expect(idle.stops).toHaveLength(0);
  });

  test("while the connection is lost ends the waiting", async () => {
    const { store, connections, connection, stops } = await streaming();
    connection(0).ends({ type: "broken" });
    await settled();
    store.stop(5);
    await settled();
    expect(stops).toMatchObject([{ id: "id-2", shown: 5 }]);
    expect(connections).toHaveLength(1);
  });

  test("is answered before the next message goes out, so that the server knows what it follows", async () => {
    const { store, connections, connection, stops } = await streaming();
    store.stop(3);
    store.send("And?");
    await settled();
    expect(store.getState().generation).toMatchObject({ phase: "submitted", id: "id-4" });
    expect(connections).toHaveLength(1);
    stops[0]?.answer(STOPPED);
    await settled();
    expect(connection(1).asked).toMatchObject({
      start: "id-4",
      request: { parentId: "id-2", message: sent("id-3", "And?") },
    });
  });

  test("before the server has the message lets it arrive first, and then sends the next", async () => {
    const { store, connections, connection, stops } = setUp();
    store.send("Hi");
    await settled();
    store.stop(0);
    expect(connection(0).signal.aborted).toBe(false);
    stops[0]?.answer(STOPPED);
    store.send("And?");
    await settled();
    expect(connections).toHaveLength(1);
    connection(0).says(1, START, ends(STOPPED));
    connection(0).ends({ type: "ended" });
    await settled();
    expect(connection(1).asked).toMatchObject({ request: { parentId: "id-2", message: sent("id-3", "And?") } });
    expect(texts(store)).toEqual([
      ["id-1", "Hi", undefined],
      ["id-2", "", "stopped"],
      ["id-3", "And?", undefined],
      ["id-4", "", undefined],
    ]);
  });

  test("before the server knows of a retry lets that arrive too, as the next message follows it", async () => {
    const { store, connections, connection, stops } = setUp(
      conversation(question("u", "One"), answer("a", "u", "1", DONE)),
    );
    store.retry("a");
    await settled();
    store.stop(0);
    expect(connection(0).signal.aborted).toBe(false);
    stops[0]?.answer(STOPPED);
    store.send("Two");
    await settled();
    expect(connections).toHaveLength(1);
    connection(0).ends({ type: "ended" });
    await settled();
    expect(connection(1).asked).toMatchObject({ request: { parentId: "id-1", message: sent("id-2", "Two") } });
  });

  test.each([BUSY, RATE_LIMITED, ACCESS_REQUIRED])(
    "before the server refuses it by $code gives the text back",
    async (error) => {
      const { store, connections, connection, stops } = setUp();
      store.send("Hi");
      await settled();
      store.stop(0);
      stops[0]?.answer(STOPPED);
      await settled();
      connection(0).ends({ type: "refused", error });
      await settled();
      expect(store.getState()).toEqual({
        conversation: conversation(),
        generation: { phase: "idle" },
        refused: { error, message: question("id-1", "Hi"), parentId: null },
        queued: [],
      });
      store.send("Hi again");
      await settled();
      expect(connections).toHaveLength(2);
      expect(connection(1).asked).toMatchObject({ request: { parentId: null } });
    },
  );

  test("before the server refuses an edit leaves the reader where the first one stands", async () => {
    const before = conversation(question("q", "One"), answer("a", "q", "1", DONE));
    const { store, connection } = setUp(before);
    store.edit("q", "One, rather");
    await settled();
    store.stop(0);
    connection(0).ends({ type: "refused", error: BUSY });
    await settled();
    expect(store.getState()).toMatchObject({ conversation: before, refused: { edits: "q", message: { id: "id-1" } } });
  });

  test("of what the server has taken leaves it, whatever is refused later", async () => {
    const { store, connection, pauses } = setUp();
    store.send("Hi");
    await settled();
    store.stop(0);
    connection(0).says(1, START);
    await returnToNothing({ connection, pauses });
    expect(store.getState().refused).toBeNull();
    expect(texts(store).map(([, , outcome]) => outcome)).toEqual([undefined, "stopped"]);
  });

  test("before the server refuses it leaves what the reader has gone on from", async () => {
    const { store, connection, stops } = setUp();
    store.send("Hi");
    await settled();
    store.stop(0);
    stops[0]?.answer(STOPPED);
    store.send("And?");
    connection(0).ends({ type: "refused", error: BUSY });
    await settled();
    expect(texts(store).map(([id]) => id)).toEqual(["id-1", "id-2", "id-3", "id-4"]);
  });

  test("of an edited message, before the server has that, does not hold up the next", async () => {
    const { store, connections, connection, stops } = setUp(
      conversation(question("q", "One"), answer("a", "q", "1", DONE)),
    );
    store.edit("q", "One, rather");
    await settled();
    store.stop(0);
    stops[0]?.answer(STOPPED);
    connection(0).says(1, ends(STOPPED));
    connection(0).ends({ type: "ended", hasOthers: true });
    await settled();
    store.send("Two");
    await settled();
    expect(connections).toHaveLength(2);
    expect(connection(1).asked).toMatchObject({ request: { parentId: "id-2", message: sent("id-3", "Two") } });
  });

  test("in another tab leaves here what that tab had seen", async () => {
    const { store, connection, reads } = await streaming();
    connection(0).says(4, ends(STOPPED));
    connection(0).ends({ type: "ended" });
    await settled();
    expect(texts(store)[1]).toEqual(["id-2", "Hello", "stopped"]);
    const { conversation: mine } = store.getState();
    const kept = [question("id-1", "Hi"), answer("id-2", "id-1", "Hel", STOPPED)];
    reads[0]?.answer({ ...mine, messages: kept });
    await settled();
    expect(texts(store)[1]).toEqual(["id-2", "Hel", "stopped"]);
  });

  test("of a message that waits for the Stop before it sends that message all the same", async () => {
    const { store, connections, connection, stops } = await streaming();
    store.stop(3);
    store.send("Two");
    await settled();
    store.stop(0);
    store.send("Three");
    await settled();
    expect(connections).toHaveLength(1);
    stops[0]?.answer(STOPPED);
    stops[1]?.answer(STOPPED);
    await settled();
    expect(connections.map(({ asked }) => asked)[1]).toMatchObject({ start: "id-4", request: { parentId: "id-2" } });
    expect(connections).toHaveLength(2);
    connection(1).ends({ type: "ended" });
    await settled();
    expect(connection(2).asked).toMatchObject({ start: "id-6", request: { parentId: "id-4" } });
  });
});

describe("Stop that comes too late", () => {
  const WHOLE = conversation(question("id-1", "Hi"), answer("id-2", "id-1", "Hello, all of it.", DONE));

  test("takes the server's word for the answer", async () => {
    const { store, stops, reads } = await streaming();
    store.stop(3);
    stops[0]?.answer(DONE);
    await settled();
    expect(reads).toMatchObject([{ id: "c" }]);
    reads[0]?.answer(WHOLE);
    await settled();
    expect(store.getState()).toEqual({ conversation: WHOLE, generation: { phase: "idle" }, refused: null, queued: [] });
  });

  test("keeps what it has when the server cannot be asked", async () => {
    const { store, stops, reads } = await streaming();
    store.stop(3);
    stops[0]?.answer(DONE);
    await settled();
    reads[0]?.ends({ type: "broken" });
    await settled();
    expect(texts(store)[1]).toEqual(["id-2", "Hel", "stopped"]);
  });

  test("does not lose the message that was sent meanwhile", async () => {
    const { store, connection, stops, reads } = await streaming();
    store.stop(3);
    store.send("And?");
    stops[0]?.answer(DONE);
    await settled();
    reads[0]?.answer(WHOLE);
    await settled();
    expect(texts(store)).toEqual([
      ["id-1", "Hi", undefined],
      ["id-2", "Hello, all of it.", "done"],
      ["id-3", "And?", undefined],
      ["id-4", "", undefined],
    ]);
    connection(1).says(1, START, BEGIN, says("Then"), ends(DONE));
    expect(texts(store).at(-1)).toEqual(["id-4", "Then", "done"]);
  });

  test("follows an answer that another tab has asked for since", async () => {
    const { store, connection, stops, reads } = await streaming();
    store.stop(3);
    stops[0]?.answer(DONE);
    await settled();
    reads[0]?.answer(conversation(...WHOLE.messages, question("u", "Else?", "id-2"), answer("a", "u", "")));
    await settled();
    expect(connection(1).asked).toEqual({ follow: "a", after: 0 });
  });
});

describe("opening", () => {
  const OPEN = conversation(question("u", "Hi"), answer("a", "u", "Hel"));

  test("an answer under way is followed from what the page has, once", async () => {
    const { store, connections, connection } = setUp(OPEN, 3);
    store.resume();
    store.resume();
    await settled();
    expect(connections.map(({ asked }) => asked)).toEqual([{ follow: "a", after: 3 }]);
    connection(0).says(4, says("lo"), ends(DONE));
    connection(0).ends({ type: "ended" });
    await settled();
    expect(texts(store)[1]).toEqual(["a", "Hello", "done"]);
  });

  test("a lost connection does not start it again", async () => {
    const { store, connection, pauses } = setUp(conversation(question("u", "Hi"), answer("a", "u", "")), 0);
    store.resume();
    await settled();
    connection(0).ends({ type: "broken" });
    await settled();
    pauses[0]?.wake();
    await settled();
    expect(connection(1).asked).toEqual({ follow: "a", after: 0 });
  });

  test.each([BUSY, RATE_LIMITED, ACCESS_REQUIRED])("an answer under way outlives $code", async (error) => {
    const { store, connection, pauses } = setUp(conversation(question("u", "Hi"), answer("a", "u", "")));
    store.resume();
    await settled();
    connection(0).ends({ type: "refused", error });
    await settled();
    expect(store.getState()).toMatchObject({ generation: { phase: "resuming", id: "a" }, refused: null });
    pauses[0]?.wake();
    await settled();
    expect(connection(1).asked).toEqual({ follow: "a", after: 0 });
  });

  test("a conversation at rest opens no connection", async () => {
    const { store, connections } = setUp(conversation(question("u", "Hi"), answer("a", "u", "Hello", DONE)));
    store.resume();
    await settled();
    expect(connections).toHaveLength(0);
  });
});

describe("coming back", () => {
  const SEEN = conversation(question("u", "Hi"), answer("a", "u", "Hello", DONE));
  const SINCE = conversation(...SEEN.messages, question("v", "And?", "a"), answer("b", "v", ""));

  test("to a conversation takes up what other devices have done since, which the first page need not ask for", async () => {
    const { store, connections, reads } = setUp(SEEN);
    store.resume();
    await settled();
    expect(reads).toEqual([]);
    store.resume();
    await settled();
    expect(reads.map(({ id }) => id)).toEqual(["c"]);
    reads[0]?.answer(SINCE);
    await settled();
    expect(store.getState().conversation).toEqual(SINCE);
    expect(connections.map(({ asked }) => asked)).toEqual([{ follow: "b", after: 0 }]);
  });

  test("to an answer under way, or to a blank sheet, asks for nothing", async () => {
    const { store, reads } = await streaming();
    const blank = setUp();
    for (const resumed of [store, blank.store, store, blank.store]) resumed.resume();
    await settled();
    expect([reads, blank.reads]).toEqual([[], []]);
  });
});

test("turning to a branch shows its newest message, and saves that", () => {
  const tree = [
    question("u", "Hi"),
    answer("a", "u", "1", DONE),
    answer("b", "u", "2", DONE),
    question("v", "And?", "a"),
    answer("c", "v", "3", DONE),
  ];
  const { store, savedLeaves } = setUp({ ...conversation(...tree), leafId: "b" });
  store.showBranch("a");
  expect(store.getState().conversation.leafId).toBe("c");
  expect(savedLeaves).toEqual(["c"]);
});

describe("branches", () => {
  const tree = () =>
    setUp(
      conversation(
        question("q1", "One"),
        answer("a1", "q1", "Half", STOPPED),
        question("q2", "Two", "a1"),
        answer("a2", "q2", "Whole", DONE),
      ),
    );

  test("an edit is a message of its own that follows what the first one followed", async () => {
    const { store, connection } = tree();
    store.edit("q2", "Two, rather");
    await settled();
    expect(connection(0).asked).toEqual({
      start: "id-2",
      request: { conversationId: "c", parentId: "a1", message: sent("id-1", "Two, rather") },
    });
    expect(store.getState().conversation.leafId).toBe("id-2");
    expect(store.getState().conversation.messages).toHaveLength(6);
  });

  test("a refused edit leaves the reader where the first one stands", async () => {
    const { store, connection } = tree();
    store.edit("q1", "One, rather");
    await settled();
    connection(0).ends({ type: "refused", error: BUSY });
    await settled();
    expect(store.getState().conversation.leafId).toBe("a2");
    expect(store.getState().refused).toMatchObject({ edits: "q1" });
  });

  test("an answer goes on as another version, which begins with what is there", async () => {
    const { store, connection } = tree();
    store.continueAnswer("a1");
    await settled();
    expect(connection(0).asked).toEqual({ start: "id-1", request: { conversationId: "c", parentId: "a1" } });
    expect(texts(store).at(-1)).toEqual(["id-1", "Half", undefined]);
    const opening: GenerationEvent = { ...BEGIN, content_block: { type: "text", text: "Half" } } as never;
    connection(0).says(1, START, opening, says(" and whole"), ends(DONE));
    expect(texts(store).at(-1)).toEqual(["id-1", "Half and whole", "done"]);
  });

  test("the chosen model is asked; one that is not offered is let go, so that the next try is taken", async () => {
    const { store, connection, choice } = tree();
    choice.model = "another";
    store.retry("a2");
    await settled();
    expect(connection(0).asked).toMatchObject({ request: { parentId: "q2", settings: { model: "another" } } });
    connection(0).ends({ type: "refused", error: { code: "invalid_request", message: "Not offered." } });
    await settled();
    expect(choice.model).toBeUndefined();
    store.retry("a2", "third");
    await settled();
    expect(connection(1).asked).toMatchObject({ request: { settings: { model: "third" } } });
  });

  test("what others have said to the same answer is read when the answer has ended", async () => {
    const { store, connection, reads } = tree();
    store.send("Late");
    await settled();
    connection(0).says(1, START, ends(DONE));
    expect(reads).toEqual([]);
    connection(0).ends({ type: "ended", hasOthers: true });
    await settled();
    expect(reads.map(({ id }) => id)).toEqual(["c"]);
    const { conversation: mine } = store.getState();
    const theirs = [...mine.messages, question("q3", "In time", "a2"), answer("a3", "q3", "Well", DONE)];
    reads[0]?.answer({ ...mine, leafId: "a3", messages: theirs });
    await settled();
    expect(store.getState().conversation.leafId).toBe(mine.leafId);
    expect(store.getState().conversation.messages).toHaveLength(8);
  });

  test("to turn to an answer that is under way is to follow it", async () => {
    const { store, connections } = setUp({
      ...conversation(question("q1", "One"), answer("a1", "q1", "Here", DONE), answer("a2", "q1", "")),
      leafId: "a1",
    });
    store.showBranch("a2");
    await settled();
    expect(connections.map(({ asked }) => asked)).toEqual([{ follow: "a2", after: 0 }]);
  });
});

describe("a conversation that was deleted elsewhere", () => {
  const KEPT = conversation(question("u", "Hi"), answer("a", "u", "Hello", DONE));
  const GONE: Conversation = { id: "c", title: "", leafId: null, messages: [], gone: true };

  test("is known to be gone when it is asked for, and sends nothing more", async () => {
    const { store, connections, network, reads, kept } = setUp(KEPT);
    network.isOnline = false;
    store.send("And?");
    network.hear();
    await settled();
    reads[0]?.ends({ type: "gone" });
    await settled();
    expect(store.getState()).toMatchObject({ conversation: GONE, generation: { phase: "idle" }, refused: null });
    network.isOnline = true;
    network.listeners[0]?.();
    await settled();
    expect(connections).toEqual([]);
    expect([...kept.keys()]).toEqual(["c"]);
  });

  test("is asked for when the server does not know what was to be answered", async () => {
    const { store, connection, reads } = setUp(KEPT);
    store.send("And?");
    await settled();
    connection(0).ends({ type: "refused", error: { code: "not_found", message: "No such message." } });
    await settled();
    expect(store.getState().refused).toMatchObject({ message: { id: "id-1" } });
    reads[0]?.ends({ type: "gone" });
    await settled();
    expect(store.getState()).toMatchObject({ conversation: GONE, refused: null });
  });

  test("is none while it has not begun", async () => {
    const { store, network, reads } = setUp();
    network.hear();
    await settled();
    reads[0]?.ends({ type: "gone" });
    await settled();
    expect(store.getState().conversation).toEqual(conversation());
  });
});

test("what does not fit the conversation on the server has that read anew", async () => {
  const { store, connection, reads } = setUp();
  store.send("Hi");
  await settled();
  connection(0).ends({ type: "refused", error: { code: "conflict", message: "Sent already." } });
  await settled();
  expect(reads).toHaveLength(1);
});

describe("what another tab has done while an answer was under way here", () => {
  const HERE = {
    ...conversation(question("q1", "One"), answer("a1", "q1", "Here", DONE), answer("a2", "q1", "Ha")),
    leafId: "a1",
  };

  test("is followed when the reader has turned to it, before anything that waits is sent", async () => {
    const { store, connection, connections } = setUp(HERE);
    store.retry("a1");
    await settled();
    store.showBranch("a2");
    store.send("And?");
    connection(0).says(1, START, ends(DONE));
    connection(0).ends({ type: "ended" });
    await settled();
    expect(connection(1).asked).toEqual({ follow: "a2", after: 0 });
    connection(1).says(1, START, BEGIN, says("Half and whole"), ends(DONE));
    connection(1).ends({ type: "ended" });
    await settled();
    expect(texts(store)[2]).toEqual(["a2", "Half and whole", "done"]);
    expect(connections).toHaveLength(3);
    expect(connection(2).asked).toMatchObject({ request: { parentId: "a2" } });
  });

  test("is followed after a Stop, too", async () => {
    const { store, connection, stops } = setUp(HERE);
    store.retry("a1");
    await settled();
    connection(0).says(1, START);
    store.showBranch("a2");
    store.stop(0);
    stops[0]?.answer(STOPPED);
    await settled();
    expect(connection(1).asked).toEqual({ follow: "a2", after: 0 });
  });

  test("is read when that has ended", async () => {
    const { store, connection, network, reads } = await streaming();
    network.hear();
    network.hear();
    await settled();
    expect(reads).toEqual([]);
    connection(0).says(4, ends(DONE));
    connection(0).ends({ type: "ended" });
    await settled();
    expect(reads).toHaveLength(1);
    reads[0]?.answer(store.getState().conversation);
    await settled();
    store.send("And?");
    await settled();
    connection(1).says(1, START, ends(DONE));
    await settled();
    expect(reads).toHaveLength(1);
  });

  test("is read again when something was sent in the middle of reading it", async () => {
    const { store, connection, network, reads } = setUp(HERE);
    network.hear();
    await settled();
    store.send("And?");
    reads[0]?.answer(HERE);
    await settled();
    connection(0).says(1, START, ends(DONE));
    await settled();
    expect(reads).toHaveLength(2);
  });
});

test("what is told again and again while it is read is read once more, not as often", async () => {
  const { store, network, reads } = setUp(conversation(question("u", "Hi"), answer("a", "u", "Hello", DONE)));
  for (let count = 0; count < 5; count++) network.hear();
  await settled();
  for (let count = 0; count < reads.length; count++) {
    reads[count]?.answer(store.getState().conversation);
    await settled();
  }
  expect(reads).toHaveLength(1);
  network.hear();
  await settled();
  network.hear();
  network.hear();
  for (let count = 1; count < reads.length; count++) {
    reads[count]?.answer(store.getState().conversation);
    await settled();
  }
  expect(reads).toHaveLength(3);
});

describe("a temporary conversation", () => {
  test("that is let go takes along what waits", async () => {
    const { store, connections, network, kept } = setUp();
    store.setTemporary(true);
    network.isOnline = false;
    store.send("Later");
    store.discard();
    network.isOnline = true;
    network.listeners[0]?.();
    await settled();
    expect([connections, store.getState().queued, kept.get("c")]).toEqual([[], [], []]);
  });

  test("says so with each message, keeps its queue apart, and is deleted when it is let go", async () => {
    const { store, connection, discarded, kept, network } = setUp();
    store.discard();
    store.setTemporary(true);
    store.discard();
    expect(discarded).toEqual([]);
    network.isOnline = false;
    store.send("Later");
    expect([...kept.keys()]).toEqual(["c"]);
    network.isOnline = true;
    network.listeners[0]?.();
    await settled();
    expect(connection(0).asked).toMatchObject({ request: { settings: { temporary: true } } });
    store.setTemporary(false);
    expect(store.getState().conversation.temporary).toBe(true);
    connection(0).says(1, START, BEGIN, says("A secret"));
    store.discard();
    expect(discarded).toEqual(["c"]);
    expect(connection(0).signal.aborted).toBe(true);
    expect(store.getState()).toMatchObject({
      conversation: { messages: [], gone: true },
      generation: { phase: "idle" },
    });
  });
});
