import { type ReactNode, useEffect, useState } from "react";

type OnDemandProps<Code> = {
  load(): Promise<Code>;
  children(code: Code): ReactNode;
};

/**
 * What is shown by code that is loaded only then. Unlike with React's `lazy`, code that does not come takes nothing
 * else off the page: it is said in its place, with a way to try again.
 */
export function OnDemand<Code extends object>({ load, children }: OnDemandProps<Code>) {
  const [code, setCode] = useState<Code>();
  const [isLost, setIsLost] = useState(false);
  const isWanted = code === undefined && !isLost;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the code is the same, however often `load` is written anew.
  useEffect(() => {
    if (isWanted) load().then(setCode, () => setIsLost(true));
  }, [isWanted]);

  if (code !== undefined) return children(code);
  if (!isLost) return <p className="on-demand">One moment…</p>;
  return (
    <div className="on-demand" role="alert">
      <p>This part could not be loaded. Look at your connection, or reload the page.</p>
      <button type="button" className="button" onClick={() => setIsLost(false)}>
        Try again
      </button>
    </div>
  );
}
