"use client";

import { BlankPage } from "@/components/blank-page";

/** Shown when a page could not be made. What went wrong is in the server's log, not here. */
export default function ErrorPage({ retry }: { error: unknown; retry: () => void }) {
  return (
    <BlankPage
      title="The keys have jammed."
      sentence="Something went wrong here, not with you. What you wrote is kept."
    >
      <button type="button" className="button" onClick={retry}>
        Try again
      </button>
    </BlankPage>
  );
}
