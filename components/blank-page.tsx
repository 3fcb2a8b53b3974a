"use client";

import { type ReactNode, useEffect } from "react";
import { applyPreferences } from "@/lib/client/preferences";

type BlankPageProps = { title: string; sentence: string; children: ReactNode };

/** A page with nothing on it but why, and the way on. */
export function BlankPage({ title, sentence, children }: BlankPageProps) {
  useEffect(applyPreferences, []);
  return (
    <main className="grid min-h-dvh place-content-center gap-3 px-6 py-12">
      <title>{`${title} · Platen`}</title>
      <h1 className="font-serif text-display text-ink">{title}</h1>
      <p className="max-w-measure font-serif text-reading text-soft">{sentence}</p>
      <p className="mt-3">{children}</p>
    </main>
  );
}
