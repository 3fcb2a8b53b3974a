import type { Share } from "@/lib/chat/share";

/** The whole address of a share, for others. Only in the browser. */
export function addressOf(id: string): string {
  return new URL(`/share/${id}`, window.location.origin).href;
}

/** When it ends, in the reader's own time. */
export function lifetimeOf({ expiresAt }: Pick<Share, "expiresAt">): string {
  return expiresAt === null ? "It never expires" : `It expires on ${dayOf(expiresAt)}`;
}

export function dayOf(time: string): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" }).format(new Date(time));
}
