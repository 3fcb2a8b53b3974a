const DRAWINGS = {
  send: <path d="M10 16V4.5M5 9.25 10 4.25l5 5" />,
  stop: <rect x="5.5" y="5.5" width="9" height="9" rx="1.5" fill="currentColor" />,
  copy: (
    <>
      <rect x="7.25" y="7.25" width="9" height="9" rx="1.75" />
      <path d="M12.75 4.75v-.25A1.75 1.75 0 0 0 11 2.75H5.5A2.75 2.75 0 0 0 2.75 5.5V11c0 .97.78 1.75 1.75 1.75h.25" />
    </>
  ),
  check: <path d="m4.5 10.5 3.5 3.5 7.5-8" />,
  retry: <path d="M16 10a6 6 0 1 1-1.76-4.24L16 7.5M16 3.75V7.5h-3.75" />,
  previous: <path d="m12 5-5 5 5 5" />,
  next: <path d="m8 5 5 5-5 5" />,
  down: <path d="M10 4v11.5M5 10.75l5 5 5-5" />,
  sidebar: (
    <>
      <rect x="2.75" y="3.75" width="14.5" height="12.5" rx="2" />
      <path d="M7.75 3.75v12.5" />
    </>
  ),
  settings: (
    <>
      <path d="M3 6.25h7.5M14.5 6.25H17M3 13.75h2.5M9.5 13.75H17" />
      <circle cx="12.5" cy="6.25" r="2" />
      <circle cx="7.5" cy="13.75" r="2" />
    </>
  ),
  new: <path d="M10 4.25v11.5M4.25 10h11.5" />,
  close: <path d="m5 5 10 10M15 5 5 15" />,
};

/** A line drawing of 20 units. It says nothing to a screen reader: what it stands in has a name. */
export function Icon({ name }: { name: keyof typeof DRAWINGS }) {
  return (
    <svg
      className="size-5 shrink-0"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {DRAWINGS[name]}
    </svg>
  );
}
