import type { Metadata } from "next";
import { headers } from "next/headers";
import { notFound } from "next/navigation";
import { OwnerPage } from "@/components/owner/owner-page";
import { isOwner, overview } from "@/lib/server/owner";
import { openSession } from "@/lib/server/session";

export const metadata: Metadata = { robots: { index: false, follow: false } };

/** To everybody but the owner there is no such page. */
export default async function Owner() {
  if (!isOwner(openSession(await headers()))) notFound();
  return <OwnerPage initial={await overview()} />;
}
