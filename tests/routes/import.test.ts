import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { constants, deflateRawSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Message, textOf } from "@/lib/chat/message";
import { ADDRESS_HEADER, addressLine } from "@/lib/server/door/address";
import { answer } from "../upstream/scenario";
import { type Archive, openArchive } from "./archive";
import { type App, allEvents, type Client, newClient, startApp } from "./harness";

let app: App;
let archive: Archive;

beforeAll(async () => {
  app = await startApp();
  archive = await openArchive(app);
  app.upstream.script(answer("Well."));
});

afterAll(() => app?.upstream.close());

type Listed = { id: string; title: string; updatedAt: string };

async function list(client: Client): Promise<Listed[]> {
  const response = await app.conversations.GET(client.request("/api/conversations"));
  return ((await response.json()) as { conversations: Listed[] }).conversations;
}

/** The conversations as lines: depth, role, text. */
async function outline(client: Client, id: string): Promise<string[]> {
  const { messages } = await client.conversation(id);
  const depthOf = ({ parentId }: Message): number =>
    parentId === null ? 0 : 1 + depthOf(messages.find((one) => one.id === parentId) as Message);
  return messages.map((one) => `${depthOf(one)} ${one.role} ${textOf(one.content)}`);
}

const at = { createdAt: "2026-01-01T00:00:00.000Z", updatedAt: "2026-01-02T00:00:00.000Z" };

function platen(...conversations: unknown[]): string {
  return JSON.stringify({ format: "platen", version: 1, conversations });
}

function small(title: string, more: object = {}) {
  const id = randomUUID();
  const message = {
    id,
    parentId: null,
    role: "user",
    content: [{ type: "text", text: title }],
    createdAt: at.createdAt,
  };
  return { id: randomUUID(), title, pinned: false, leafId: id, ...at, messages: [message], ...more };
}

const node = (id: string, parent: string | null, role: string, content: object, more: object = {}) => ({
  [id]: { id, parent, children: [], message: { id, author: { role }, content, create_time: 1700000000.5, ...more } },
});
const says = (...parts: unknown[]) => ({ content_type: "text", parts });

const CHATGPT = [
  {
    title: "Branches and tools",
    create_time: 1700000000.123,
    update_time: 1700000100,
    conversation_id: "6f0c0000-0000-4000-8000-000000000001",
    current_node: "final",
    mapping: {
      root: { id: "root", parent: null, children: ["system"], message: null },
      ...node("system", "root", "system", says("You are ChatGPT")),
      ...node("hidden", "system", "user", says("About me"), {
        metadata: { is_visually_hidden_from_conversation: true },
      }),
      ...node("ask", "hidden", "user", {
        content_type: "multimodal_text",
        parts: [{ content_type: "image_asset_pointer", asset_pointer: "file-service://x" }, "Plot this 📈"],
      }),
      ...node("thought", "ask", "assistant", { content_type: "thoughts", thoughts: [{ content: "secret" }] }),
      ...node(
        "call",
        "thought",
        "assistant",
        { content_type: "code", language: "unknown", text: "plot()" },
        { recipient: "python" },
      ),
      ...node("output", "call", "tool", { content_type: "execution_output", text: "[figure]" }),
      ...node("final", "output", "assistant", says("Here it is \ue200cite\ue202turn0\ue201."), {
        metadata: { model_slug: "gpt-5" },
      }),
      ...node("other", "output", "assistant", says("Another end.")),
      ...node("edited", "hidden", "user", says("Plot that")),
      ...node("edited-answer", "edited", "assistant", says("", "That.")),
      ...node("more", "edited-answer", "assistant", { content_type: "code", text: "{}" }, { recipient: "web" }),
    },
  },
  { title: null, mapping: { a: { message: { author: { role: "assistant" }, content: says("Hello!") } } } },
  { title: "Nothing in it", mapping: { root: { parent: null, message: null } } },
  { title: "Circle", mapping: { a: { parent: "b", message: null }, b: { parent: "a", message: null } } },
];

const CLAUDE = [
  {
    uuid: "c1a0de00-0000-4000-8000-000000000001",
    name: "A list",
    created_at: "2025-03-01T10:00:00.123456Z",
    updated_at: "2025-03-02T10:00:00Z",
    account: { uuid: "x" },
    chat_messages: [
      {
        uuid: "m1",
        sender: "human",
        text: "Read this",
        content: [{ type: "text", text: "Read this" }],
        created_at: "2025-03-01T10:00:00Z",
        attachments: [{ file_name: "notes.txt", file_size: 3, file_type: "txt", extracted_content: "abc" }],
        files: [{ file_name: "photo.png" }],
      },
      {
        uuid: "m2",
        sender: "assistant",
        text: "",
        content: [
          { type: "thinking", thinking: "hm" },
          { type: "text", text: "Looking." },
          { type: "tool_use", name: "repl", input: {} },
          { type: "tool_result", name: "repl", content: [] },
          { type: "text", text: "Done." },
        ],
        created_at: "2025-03-01T10:00:09Z",
      },
      { uuid: "m3", sender: "human", text: "Once", created_at: "not a time" },
      { uuid: "m4", sender: "human", text: "Twice", content: [] },
    ],
  },
  {
    uuid: "c1a0de00-0000-4000-8000-000000000002",
    name: "",
    created_at: "2025-04-01T10:00:00Z",
    updated_at: "2025-04-01T11:00:00Z",
    chat_messages: [
      { uuid: "r", parent_message_uuid: "00000000-0000-4000-8000-000000000000", sender: "human", text: "Why?" },
      { uuid: "a", parent_message_uuid: "r", sender: "assistant", text: "Because." },
      { uuid: "b", parent_message_uuid: "r", sender: "assistant", text: "No reason." },
    ],
  },
  { uuid: "empty", name: "Empty", chat_messages: [] },
];

test("ChatGPT's export comes in with its branches; tools, hidden messages and thoughts stay out", async () => {
  const client = await newClient(app);
  const response = await archive.importFile(client, JSON.stringify(CHATGPT));
  const reason = "It has no messages that can be shown.";
  expect(await response.json()).toEqual({
    imported: 2,
    known: 0,
    skipped: [
      { title: "Nothing in it", reason },
      { title: "Circle", reason },
    ],
    unlisted: 0,
  });
  const conversations = await list(client);
  const found = conversations.find(({ title }) => title === "Branches and tools") as Listed;
  expect(found.updatedAt).toBe("2023-11-14T22:15:00.000Z");
  const code = "```python\nplot()\n```";
  expect(await outline(client, found.id)).toEqual([
    "0 user [image]\n\nPlot this 📈",
    `1 assistant ${code}\n\nHere it is .`,
    `1 assistant ${code}\n\nAnother end.`,
    "0 user Plot that",
    "1 assistant That.\n\n[tool: web]",
  ]);
  const { leafId, messages } = await client.conversation(found.id);
  expect(messages.find(({ id }) => id === leafId)).toMatchObject({
    model: "gpt-5",
    createdAt: "2023-11-14T22:13:20.500Z",
  });
  const untitled = conversations.find(({ id }) => id !== found.id) as Listed;
  expect(await outline(client, untitled.id)).toEqual(["0 user (no message)", "1 assistant Hello!"]);
});

test("Claude's export comes in, as a list and as a tree, plain or zipped", async () => {
  const client = await newClient(app);
  const zip = zipSync({
    "users.json": strToU8("[{}]"),
    "conversations.json": strToU8(`\uFEFF${JSON.stringify(CLAUDE)}`),
    "photo.png": new Uint8Array(100_000),
  });
  expect(await (await archive.importFile(client, zip)).json()).toMatchObject({ imported: 2, known: 0 });
  expect(await (await archive.importFile(client, JSON.stringify(CLAUDE))).json()).toMatchObject({
    imported: 0,
    known: 2,
  });
  const [tree, plain] = await list(client);
  expect([tree?.title, plain?.title]).toEqual(["Why?", "A list"]);
  expect(await outline(client, plain?.id ?? "")).toEqual([
    "0 user Read this\n\n[attachment: notes.txt]\n\n[attachment: photo.png]",
    "1 assistant Looking.\n\n[tool: repl]\n\nDone.",
    "2 user Once\n\nTwice",
  ]);
  expect(await outline(client, tree?.id ?? "")).toEqual([
    "0 user Why?",
    "1 assistant Because.",
    "1 assistant No reason.",
  ]);
});

test("a later export of the same conversation brings what is new, and leaves what was said here", async () => {
  const client = await newClient(app);
  const [first] = CLAUDE;
  await archive.importBody(client, JSON.stringify([{ ...first, chat_messages: first?.chat_messages.slice(0, 2) }]));
  const [known] = await list(client);
  const { leafId } = await client.conversation(known?.id ?? "");
  const message = { id: randomUUID(), content: [{ type: "text", text: "Said here" }] };
  await allEvents(await client.put(randomUUID(), { conversationId: known?.id, parentId: leafId, message }));
  expect(await (await archive.importBody(client, JSON.stringify([first]))).json()).toMatchObject({
    imported: 1,
    known: 0,
  });
  expect(await (await archive.importBody(client, JSON.stringify([first]))).json()).toMatchObject({
    imported: 0,
    known: 1,
  });
  expect((await outline(client, known?.id ?? "")).slice(2)).toEqual([
    "2 user Said here",
    "3 assistant Well.",
    "2 user Once\n\nTwice",
  ]);
});

test("what another visitor has comes in under ids of one's own, once, and theirs stays theirs", async () => {
  const [owner, other] = [await newClient(app), await newClient(app)];
  await archive.importBody(owner, platen(small("Mine"), small("Also mine")));
  const file = await archive.exportAll(owner);
  for (const expected of [
    { imported: 2, known: 0 },
    { imported: 0, known: 2 },
  ]) {
    expect(await (await archive.importBody(other, file)).json()).toMatchObject(expected);
  }
  expect((await list(other)).map(({ title }) => title).sort()).toEqual(["Also mine", "Mine"]);
  const ids = new Set([...(await list(owner)), ...(await list(other))].map(({ id }) => id));
  expect(ids.size).toBe(4);
  expect(await archive.exportAll(owner)).toBe(file);
  // Its messages alone are enough to make it another's.
  const [mine] = JSON.parse(file).conversations;
  expect(await (await archive.importBody(other, platen({ ...mine, id: randomUUID() }))).json()).toMatchObject({
    imported: 1,
  });
  expect(await archive.exportAll(owner)).toBe(file);
});

test("imported text is found by search", async () => {
  const client = await newClient(app);
  await archive.importBody(client, platen(small("Nothing special"), small("Quokka on the beach")));
  const response = await app.conversations.GET(client.request("/api/conversations?query=quokka"));
  expect(((await response.json()) as { conversations: Listed[] }).conversations.map(({ title }) => title)).toEqual([
    "Quokka on the beach",
  ]);
});

test("progress comes a line at a time, the result last", async () => {
  const client = await newClient(app);
  const file = platen(...Array.from({ length: 300 }, (_, index) => small(`Number ${index}`)));
  const response = await archive.importFile(client, file, { accept: "application/x-ndjson" });
  expect(response.headers.get("content-type")).toBe("application/x-ndjson");
  const lines = (await response.text())
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines[0]).toEqual({ done: 0, of: 300 });
  expect(lines.at(-1)).toEqual({ imported: 300, known: 0, skipped: [], unlisted: 0 });
});

test("a conversation that cannot be read is skipped and listed, the others come in", async () => {
  const client = await newClient(app);
  const good = small("Good");
  const [message] = good.messages;
  const cases = [
    good,
    small("No ids", { id: "1" }),
    small("No parent", { messages: [{ ...message, parentId: randomUUID() }] }),
    small("Twice the id", { messages: [message, message] }),
    small("Answer first", { messages: [{ ...message, role: "assistant" }] }),
    small("No text", { messages: [{ ...message, content: [{ type: "text" }] }] }),
    small("No end", { updatedAt: "yesterday" }),
    small("No such failure", {
      messages: [
        message,
        {
          ...message,
          id: randomUUID(),
          parentId: message?.id,
          role: "assistant",
          outcome: { type: "failed", error: { code: "nonsense", message: "" } },
        },
      ],
    }),
    7,
    null,
  ];
  const response = await archive.importBody(client, platen(...cases));
  const result = (await response.json()) as { imported: number; skipped: { title?: string; reason: string }[] };
  expect(result.imported).toBe(1);
  expect(result.skipped.map(({ title }) => title)).toEqual([
    "No ids",
    "No parent",
    "Twice the id",
    "Answer first",
    "No text",
    "No end",
    "No such failure",
    undefined,
    undefined,
  ]);
  expect(result.skipped.every(({ reason }) => /^It|^A|^Two/.test(reason))).toBe(true);
});

const good = () => platen(small("Good"));
const chatGptOf = (mapping: string) => `[{"title":"x","mapping":${mapping}}]`;

/** A zip whose text grows to so many times 10 MB. */
function bomb(tens: number): Uint8Array<ArrayBuffer> {
  const blanks = deflateRawSync(Buffer.alloc(10_000_000, " "), { finishFlush: constants.Z_FULL_FLUSH });
  const packed = Buffer.concat([...Array.from({ length: tens }, () => blanks), deflateRawSync("")]);
  const name = "conversations.json";
  // APPNOTE.TXT, 4.3.7: a local header, packed by deflate.
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(8, 8);
  head.writeUInt32LE(packed.length, 18);
  head.writeUInt32LE(tens * 10_000_000, 22);
  head.writeUInt16LE(name.length, 26);
  return Uint8Array.from(Buffer.concat([head, Buffer.from(name), packed, zipSync({})]));
}

function truncated(bytes: Uint8Array<ArrayBuffer>, share: number): Uint8Array<ArrayBuffer> {
  return bytes.slice(0, Math.floor(bytes.length * share));
}

const zipped = (name: string, text: string) => zipSync({ [name]: strToU8(text) });

const HOSTILE: [name: string, file: () => BlobPart, status: number, sentence: RegExp][] = [
  ["is empty", () => "", 400, /cut off/],
  ["is a picture", () => new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]), 400, /UTF-8/],
  ["is prose", () => "Dear diary", 400, /not an export/],
  ["is another JSON", () => '{"name":"platen","version":"1"}', 400, /not an export/],
  ["holds no conversation", () => "[1,2,[3]]", 400, /No conversation/],
  ["comes from a later version", () => good().replace('"version":1', '"version":2'), 400, /another version/],
  ["is cut off", () => good().slice(0, -3), 400, /cut off/],
  ["goes on after its end", () => `${good()}]`, 400, /damaged/],
  ["is damaged within the second conversation", () => `[${JSON.stringify(CLAUDE[0])},{"a":nope}]`, 400, /damaged/],
  ["lacks a comma", () => `[{"a":1} {"b":2}]`, 400, /damaged/],
  ["is UTF-16", () => Buffer.from(`\uFEFF${good()}`, "utf16le"), 400, /UTF-8/],
  ["is UTF-16 without a mark", () => Buffer.from(good(), "utf16le"), 400, /not an export|damaged/],
  ["is Latin-1", () => Buffer.from(good().replace("Good", "Füße"), "latin1"), 400, /UTF-8/],
  ["is nested 100,000 deep", () => `[${"[".repeat(1e5)}${"]".repeat(1e5)}]`, 400, /too deeply/],
  [
    "is nested 100,000 deep in a conversation",
    () => chatGptOf(`${'{"a":'.repeat(1e5)}1${"}".repeat(1e5)}`),
    400,
    /too deeply/,
  ],
  ["holds more conversations than anybody has", () => `[${"{},".repeat(1e6)}{}]`, 413, /100,000/],
  ["is a bomb of 1 GB", () => bomb(100), 413, /too large/],
  ["is a small bomb", () => bomb(4), 413, /too large/],
  ["names places outside of itself", () => zipped("../../conversations.json", good()), 400, /outside/],
  ["names a place on another disk", () => zipped("C:\\conversations.json", good()), 400, /outside/],
  ["is a zip without conversations", () => zipped("chat.html", good()), 400, /conversations\.json/],
  ["is an empty zip", () => zipSync({}), 400, /conversations\.json/],
  ["is the first half of a zip", () => truncated(zipped("conversations.json", good()), 0.5), 400, /damaged or cut off/],
  [
    "is a zip without its last bytes",
    () => truncated(zipped("conversations.json", good()), 0.9),
    400,
    /damaged or cut off/,
  ],
  ["is a zip of a zip", () => zipped("conversations.json", zipSync({}).toString()), 400, /damaged|not an export/],
];

test.each(HOSTILE)(
  "a file that %s is refused with a sentence, and nothing of it is kept",
  async (_, file, status, sentence) => {
    const client = await newClient(app);
    const response = await archive.importFile(client, file());
    const { error } = (await response.json()) as { error: { message: string } };
    expect([response.status, error.message]).toEqual([status, expect.stringMatching(sentence)]);
    expect(await list(client)).toEqual([]);
    expect(readdirSync(app.dataDir).filter((name) => name.startsWith("import"))).toEqual([]);
  },
);

test("keys that would change an object's kind are only keys", async () => {
  const client = await newClient(app);
  const hidden = '"__proto__":{"role":"user","polluted":true},"constructor":{"prototype":{"polluted":true}},';
  const file = JSON.stringify([{ ...CLAUDE[0], zz: 1 }]).replace('"zz"', `${hidden}"zz"`);
  expect(await (await archive.importBody(client, file)).json()).toMatchObject({ imported: 1 });
  const mapping = `{${hidden}"a":{"parent":null,"message":{"author":{"role":"user"},"content":{"content_type":"text","parts":["hi"]}}}}`;
  expect(await (await archive.importBody(client, chatGptOf(mapping))).json()).toMatchObject({ imported: 1 });
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test("a deep conversation and a wide one come in; one that repeats itself without end does not", async () => {
  const client = await newClient(app);
  const chain = Array.from({ length: 1_500 }, (_, index) => ({
    uuid: `m${index}`,
    sender: index % 2 === 0 ? "human" : "assistant",
    text: `Message ${index}`,
    parent_message_uuid: index === 0 ? null : `m${index - 1}`,
  }));
  const chainOfOne = chain.map((message, index) => ({
    ...message,
    sender: "assistant",
    uuid: `${index}`,
    text: "x".repeat(500),
  }));
  const comb = chain.flatMap((_, index) => [
    {
      uuid: `a${index}`,
      sender: "assistant",
      text: "x".repeat(500),
      parent_message_uuid: index === 0 ? null : `a${index - 1}`,
    },
    { uuid: `u${index}`, sender: "human", text: "so?", parent_message_uuid: `a${index}` },
  ]);
  const file = JSON.stringify([
    { uuid: "deep", name: "Deep", chat_messages: chain },
    { uuid: "one", name: "One", chat_messages: chainOfOne },
    { uuid: "comb", name: "Comb", chat_messages: comb },
  ]);
  expect(await (await archive.importBody(client, file)).json()).toMatchObject({
    imported: 2,
    skipped: [{ title: "Comb", reason: "Its branches repeat too much." }],
  });
  const deep = (await list(client)).find(({ title }) => title === "Deep");
  expect((await client.conversation(deep?.id ?? "")).messages).toHaveLength(1_500);
  await archive.deleteAll(client);
  expect(await list(client)).toEqual([]);
});

test("millions of messages that are none, and of accents on one letter, hold up nobody", async () => {
  const client = await newClient(app);
  const nothings = Array<number>(500_000).fill(0);
  const [message] = small("Good").messages;
  const accented = { ...message, content: [{ type: "text", text: `a${"\u0301\u0316".repeat(200_000)}` }] };
  const file = platen(
    small("Nothings", { messages: nothings }),
    small("Nothing said", { messages: [{ ...message, content: nothings }] }),
    small("Accents", { messages: [accented] }),
    small("One word", {
      messages: [{ ...message, id: randomUUID(), content: [{ type: "text", text: "é".repeat(12_000_000) }] }],
    }),
  );
  expect(await (await archive.importBody(client, file)).json()).toMatchObject({
    imported: 2,
    skipped: [
      { title: "Nothings", reason: "It has more than 100,000 messages." },
      { title: "Nothing said", reason: expect.stringContaining("messages.0.content.0") },
    ],
  });
  const chats = JSON.stringify([{ uuid: "a", name: "Chats", chat_messages: nothings }]);
  expect((await archive.importBody(client, chats)).status).toBe(400);
  const mapping = JSON.stringify(Object.fromEntries(nothings.slice(0, 200_000).entries()));
  expect((await archive.importBody(client, chatGptOf(mapping))).status).toBe(400);
});

test("the body must be a form or JSON, whole, and not too large", async () => {
  const client = await newClient(app);
  const refused = async (response: Response) => [
    response.status,
    ((await response.json()) as { error: { code: string } }).error.code,
  ];
  const zip = { "content-type": "application/zip" };
  expect(await refused(await archive.importBody(client, good(), zip))).toEqual([415, "unsupported_media_type"]);
  const form = { "content-type": "multipart/form-data; boundary=x" };
  const head = '--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n';
  expect(await refused(await archive.importBody(client, `${head}${good()}`, form))).toEqual([400, "invalid_request"]);
  expect(await refused(await archive.importBody(client, "--x--\r\n", form))).toEqual([400, "invalid_request"]);
  expect((await archive.importBody(client, `${head}${good()}\r\n--x--\r\n`, form)).status).toBe(200);
  const claims = { "content-length": "200000001" };
  expect(await refused(await archive.importBody(client, good(), claims))).toEqual([413, "too_large"]);
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sent += 1_000_000;
      controller.enqueue(new Uint8Array(1_000_000).fill(0x20));
    },
  });
  expect(await refused(await archive.importBody(client, endless))).toEqual([413, "too_large"]);
  expect(sent).toBeLessThan(205_000_000);
  expect(await list(client)).toHaveLength(1);
});

test("an upload that breaks off imports nothing, and leaves room for the next; two at once are one too many", async () => {
  const client = await newClient(app);
  const text = good();
  const broken = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      controller.error(new Error("the connection was closed"));
    },
  });
  expect((await archive.importBody(client, broken)).ok).toBe(false);
  expect(await list(client)).toEqual([]);
  const [one, two] = await Promise.all([archive.importBody(client, text), archive.importBody(client, text)]);
  expect([one.status, two.status].sort()).toEqual([200, 409]);
  expect((await archive.importBody(client, text)).status).toBe(200);
  const foreign = { origin: "https://evil.example", host: "localhost:3000" };
  expect((await archive.importBody(client, text, foreign)).status).toBe(403);
});

test("an upload that does not go on holds up its own network and nobody else's", async () => {
  const { readable: held, writable } = new TransformStream();
  const from = (address: string) => ({ [ADDRESS_HEADER]: addressLine(address) });
  const waiting = archive.importBody(await newClient(app), held, from("192.0.2.1"));
  const neighbour = await archive.importBody(await newClient(app), good(), from("192.0.2.1"));
  expect([neighbour.status, neighbour.headers.get("retry-after")]).toEqual([503, "15"]);
  expect((await archive.importBody(await newClient(app), good(), from("192.0.2.2"))).status).toBe(200);
  await writable.abort(new Error("the connection was closed"));
  expect((await waiting).status).toBe(400);
  expect((await archive.importBody(await newClient(app), good(), from("192.0.2.1"))).status).toBe(200);
});
