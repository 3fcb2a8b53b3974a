import type { Refusal } from "@/lib/chat/error";
import { conversationChange } from "@/lib/chat/request";
import { endAnswers, endOrphans } from "@/lib/server/generations";
import { json, readBody, readId, refuse, serve } from "@/lib/server/guard";
import { instance, keepTemporaryUntil } from "@/lib/server/instance";
import { changeConversation, deleteConversations, readConversation } from "@/lib/server/store/conversations";
import { keepTemporary } from "@/lib/server/store/temporary";

type Context = { params: Promise<{ id: string }> };

const NO_SUCH_CONVERSATION: Refusal = { code: "not_found", message: "There is no such conversation." };

/** The whole tree of messages. */
export function GET(request: Request, { params }: Context): Promise<Response> {
  return serve(request, async ({ visitor }) => {
    const id = readId((await params).id);
    const { store } = await instance();
    const read = await readConversation(store, visitor.id, id);
    return read === undefined ? refuse(NO_SUCH_CONVERSATION) : json(read.conversation);
  });
}

/** Renames, pins, or turns to another branch. */
export function PATCH(request: Request, { params }: Context): Promise<Response> {
  return serve(request, async ({ visitor }) => {
    const id = readId((await params).id);
    const change = await readBody(request, conversationChange);
    const { store } = await instance();
    const result = await changeConversation(store, visitor.id, id, change);
    if (result === "not_found") refuse(NO_SUCH_CONVERSATION);
    if (result === "no_such_message") refuse({ code: "not_found", message: "There is no such message." });
    await keepTemporary(store, visitor.id, id, keepTemporaryUntil());
    return json({ id, ...change });
  });
}

/** Deletes the conversation and ends its answers. */
export function DELETE(request: Request, { params }: Context): Promise<Response> {
  return serve(request, async ({ visitor }) => {
    const id = readId((await params).id);
    const { store } = await instance();
    await endAnswers(visitor.id, id);
    const deleted = await deleteConversations(store, visitor.id, id);
    await endOrphans(visitor.id);
    if (deleted === 0) refuse(NO_SUCH_CONVERSATION);
    return json({ id });
  });
}
