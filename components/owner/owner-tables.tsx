import { modelName } from "@/lib/chat/model-name";
import type { OwnerOverview } from "@/lib/chat/owner";
import { codeName } from "./spending-chart";

/** The answers under way, and how long each has been. */
export function UnderWay({ overview: { underWay, now } }: { overview: OwnerOverview }) {
  if (underWay.length === 0) return <p className="owner-quiet">None at the moment.</p>;
  const shown = underWay.slice(0, MOST_ROWS);
  return (
    <>
      <table className="owner-table">
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">Code</th>
            <th scope="col" className="owner-number">
              Seconds
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ id, model, codeLabel, startedAt }) => (
            <tr key={id}>
              <td>{modelName(model)}</td>
              <td>{codeName(codeLabel)}</td>
              <td className="owner-number">
                {Math.max(0, Math.round((Date.parse(now) - Date.parse(startedAt)) / 1000))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {underWay.length > shown.length && <p className="owner-quiet">And {underWay.length - shown.length} more.</p>}
    </>
  );
}

const MOST_ROWS = 20;

const REASONS: Readonly<Record<string, string>> = {
  too_large: "Too large",
  unsupported_media_type: "Not JSON",
  invalid_request: "Not understood",
  forbidden: "From another site",
  access_required: "Without a code",
  not_found: "Unknown, or not theirs",
  conflict: "In each other's way",
  rate_limited: "Too many at once",
  budget_spent: "Budget spent",
  busy: "Busy or paused",
  draining: "Restarting",
  internal: "Our own fault",
};

/** What was refused, and why. */
export function Refusals({ overview: { refusals } }: { overview: OwnerOverview }) {
  if (refusals.length === 0) return <p className="owner-quiet">Nothing was refused in the last 30 days.</p>;
  return (
    <table className="owner-table">
      <thead>
        <tr>
          <th scope="col">Why</th>
          <th scope="col" className="owner-number">
            Today
          </th>
          <th scope="col" className="owner-number">
            In 30 days
          </th>
        </tr>
      </thead>
      <tbody>
        {refusals.map(({ code, count, today }) => (
          <tr key={code}>
            <td>{REASONS[code] ?? code}</td>
            <td className="owner-number">{today}</td>
            <td className="owner-number">{count}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type SharesProps = { overview: OwnerOverview; onRevoke(id: string): void };

/** Everybody's links, each to be ended. */
export function Shares({ overview: { shares }, onRevoke }: SharesProps) {
  if (shares.length === 0) return <p className="owner-quiet">Nothing is shared.</p>;
  return (
    <ul className="owner-shares">
      {shares.map(({ id, title, createdAt, expiresAt }) => (
        <li key={id} className="owner-share">
          <div className="min-w-0 flex-1">
            <a href={`/share/${id}`} className="owner-link">
              {title}
            </a>
            <p className="owner-quiet">
              Since {createdAt.slice(0, 10)}
              {expiresAt === null ? ", without an end" : `, until ${expiresAt.slice(0, 10)}`}
            </p>
          </div>
          <button type="button" className="button" aria-label={`Revoke: ${title}`} onClick={() => onRevoke(id)}>
            Revoke
          </button>
        </li>
      ))}
    </ul>
  );
}
