import { Icon } from "./icons";

type VersionsProps = { id: string; versionIds: readonly string[]; onShow(id: string): void };

/** The way to the other versions of a message, where there are any. */
export function Versions({ id, versionIds, onShow }: VersionsProps) {
  const at = versionIds.indexOf(id);
  const [previous, next] = [versionIds[at - 1], versionIds[at + 1]];
  if (versionIds.length < 2) return null;
  return (
    <div className="versions">
      <button
        type="button"
        className="icon-button"
        aria-label="Previous version"
        title="Previous version"
        disabled={previous === undefined}
        onClick={() => previous !== undefined && onShow(previous)}
      >
        <Icon name="previous" />
      </button>
      <span className="min-w-7 text-center tabular-nums">
        {at + 1} / {versionIds.length}
      </span>
      <button
        type="button"
        className="icon-button"
        aria-label="Next version"
        title="Next version"
        disabled={next === undefined}
        onClick={() => next !== undefined && onShow(next)}
      >
        <Icon name="next" />
      </button>
    </div>
  );
}
