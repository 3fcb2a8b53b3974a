import { useIsOutdated } from "@/lib/client/version";

/** Asks for a reload when the server has become newer than the page. Drafts and answers survive it. */
export function Outdated() {
  if (!useIsOutdated()) return null;
  return (
    <div className="refusal">
      <p className="min-w-0 flex-1 py-2">Platen has been updated. Reload the page to go on; your draft is kept.</p>
      <button type="button" className="button" onClick={() => window.location.reload()}>
        Reload
      </button>
    </div>
  );
}
