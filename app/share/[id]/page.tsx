import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { SharedConversation } from "@/components/share/shared-conversation";
import { environment } from "@/lib/server/env";
import { openShare } from "@/lib/server/shares";

type PageProps = { params: Promise<{ id: string }> };

const CARD = {
  title: "A shared conversation",
  description: "Written down in Platen, a chat that writes like a typewriter.",
};

/** What a messenger shows of the link says nothing of what is behind it: whoever relays a link need not have read it. */
export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const snapshot = await openShare((await params).id);
  const { appOrigin } = environment();
  // The address that a request names can be anybody's, so only the owner's word makes a link to the picture.
  const image = appOrigin === undefined ? undefined : { url: `${appOrigin}/share/card.png`, width: 1200, height: 630 };
  return {
    ...(snapshot === undefined ? {} : { title: `${snapshot.title} · Platen` }),
    description: CARD.description,
    robots: { index: false, follow: false },
    openGraph: { ...CARD, type: "article", siteName: "Platen", ...(image === undefined ? {} : { images: [image] }) },
    twitter: { card: image === undefined ? "summary" : "summary_large_image", ...CARD },
  };
}

/** What somebody has shared, for anybody who has the link. */
export default async function SharePage({ params }: PageProps) {
  const { id } = await params;
  const snapshot = await openShare(id);
  if (snapshot === undefined) notFound();
  return <SharedConversation id={id} snapshot={snapshot} />;
}
