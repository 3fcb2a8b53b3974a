import type { OwnerChange, OwnerOverview } from "@/lib/chat/owner";
import { type Answered, ask, sending } from "./ask";

export function readOverview(): Promise<Answered<OwnerOverview>> {
  return ask("/api/owner", {});
}

export function changeAsOwner(change: OwnerChange): Promise<Answered<OwnerOverview>> {
  return ask("/api/owner", sending("PATCH", change));
}

export function endShareAsOwner(id: string): Promise<Answered<{ id: string }>> {
  return ask(`/api/owner/shares/${id}`, { method: "DELETE" });
}
