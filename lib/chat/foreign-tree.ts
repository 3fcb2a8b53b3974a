import { type Message, NO_USAGE } from "./message";

/** A message of another product's export. `role` null: it is not shown, and what follows it follows what is before it. */
export type ForeignNode = {
  id: string;
  parentId: string | null;
  role: Message["role"] | null;
  text: string;
  /** ISO 8601, UTC. */
  createdAt: string;
  model?: string | undefined;
};

export type ForeignTree = { messages: Message[]; leafId: string | null };

/** Neighbouring nodes of one author, which are one message here; `before` is the rest of them, towards the root. */
type Run = {
  node: ForeignNode & { role: Message["role"] };
  before: Run | null;
  /** The first of them, in the order in which the tree is walked. */
  firstOrder: number;
  order: number;
  createdAt: string;
  length: number;
  /** What the run follows. */
  parent: Run | null;
  /** Another node of the same author goes on where this one ends. */
  isExtended: boolean;
  isKept: boolean;
};

const SEPARATOR = "\n\n";
/** Stands where an export begins with an answer: here an answer always answers something. */
const NOTHING_SAID = "(no message)";
/** A run of one author that branches at every node would repeat its beginning each time. */
const MAX_GROWTH = 4;
const FREE_LENGTH = 1_000_000;

/**
 * The nodes as a tree of ours, every branch kept: a message follows an answer and an answer a message. Neighbours of one
 * author become one message; where they branch, each branch repeats what they share. Null when that repeats too much.
 */
export function treeOf(nodes: readonly ForeignNode[], leafId: string | null): ForeignTree | null {
  const runs = runsOf(nodes);
  const kept = new Set<Run>();
  const keep = (run: Run) => {
    run.isKept = true;
    kept.add(run);
  };
  for (const run of runs.values()) {
    if (run === null) continue;
    if (!run.isExtended) keep(run);
    if (run.parent !== null) keep(run.parent);
  }
  let length = 0;
  let given = FREE_LENGTH;
  for (const run of kept) length += run.length;
  for (const { text } of nodes) given += text.length * MAX_GROWTH;
  if (length > given) return null;
  const inOrder = [...kept].sort((left, right) => left.firstOrder - right.firstOrder || left.order - right.order);
  const messages = inOrder.flatMap(messagesOf);
  const leaf = leafId === null ? undefined : runs.get(leafId);
  return { messages, leafId: leaf?.isKept ? leaf.node.id : (messages.at(-1)?.id ?? null) };
}

/** The run that ends with each node, by the node's id. What no root leads to, a circle for instance, is not there. */
function runsOf(nodes: readonly ForeignNode[]): Map<string, Run | null> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const children = new Map<string | null, ForeignNode[]>();
  for (const node of byId.values()) {
    const parentId = node.parentId !== null && byId.has(node.parentId) ? node.parentId : null;
    const siblings = children.get(parentId);
    if (siblings === undefined) children.set(parentId, [node]);
    else siblings.push(node);
  }
  const runs = new Map<string, Run | null>();
  const waiting: { node: ForeignNode; above: Run | null }[] = [];
  const visit = (parentId: string | null, above: Run | null) => {
    // The last in is the first out.
    for (const node of (children.get(parentId) ?? []).toReversed()) waiting.push({ node, above });
  };
  visit(null, null);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const run = runAfter(next.above, next.node, runs.size);
    runs.set(next.node.id, run);
    visit(next.node.id, run);
  }
  return runs;
}

function runAfter(above: Run | null, node: ForeignNode, order: number): Run | null {
  const { role, text } = node;
  if (role === null || text.trim() === "") return above;
  const own = { node: { ...node, role }, order, isExtended: false, isKept: false };
  if (above === null || above.node.role !== role) {
    const { createdAt } = node;
    return { ...own, before: null, firstOrder: order, createdAt, length: text.length, parent: above };
  }
  above.isExtended = true;
  const { firstOrder, createdAt, parent } = above;
  return { ...own, before: above, firstOrder, createdAt, length: above.length + text.length, parent };
}

function messagesOf(run: Run): Message[] {
  const { node, createdAt, parent } = run;
  const content = [{ type: "text", text: textOf(run) }];
  const base = { id: node.id, createdAt, content };
  if (node.role === "user") return [{ ...base, parentId: parent?.node.id ?? null, role: "user" }];
  const openingId = `${node.id}:opening`;
  const answer: Message = {
    ...base,
    parentId: parent?.node.id ?? openingId,
    role: "assistant",
    outcome: { type: "done", stop_reason: "end_turn", usage: NO_USAGE },
    ...(node.model === undefined ? {} : { model: node.model }),
  };
  if (parent !== null) return [answer];
  const opening = [{ type: "text", text: NOTHING_SAID }];
  return [{ id: openingId, parentId: null, role: "user", content: opening, createdAt }, answer];
}

function textOf(run: Run): string {
  const texts: string[] = [];
  for (let one: Run | null = run; one !== null; one = one.before) texts.push(one.node.text);
  return texts.reverse().join(SEPARATOR);
}
