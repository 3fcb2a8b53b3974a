/** The id of the built-in model. */
export const DEMO_MODEL = "demo";

/** The model's name for a person: "claude-sonnet-5-5" is "Claude Sonnet 5.5". */
export function modelName(id: string): string {
  if (id === DEMO_MODEL) return "Demo model";
  const match = /^claude-([a-z]+)-(\d+)(?:-(\d{1,2}))?(?:-\d{8})?$/.exec(id);
  if (match === null) return id;
  const [, line = "", major, minor] = match;
  return `Claude ${line[0]?.toUpperCase()}${line.slice(1)} ${major}${minor === undefined ? "" : `.${minor}`}`;
}
