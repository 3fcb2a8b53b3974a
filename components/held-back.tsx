import { useIsHeldBack } from "@/lib/client/offline";

/** Why a link has not led anywhere, until there is a network again. */
export function HeldBack() {
  if (!useIsHeldBack()) return null;
  return (
    <div className="refusal">
      <p role="alert" className="min-w-0 flex-1 py-2">
        You are offline. This can be opened when you are back.
      </p>
    </div>
  );
}
