import type { ReactNode } from "react";

/** One line drawing of 20 units, as tall as the text around it unless the class says otherwise. Says nothing to a screen reader. */
function icon(drawing: ReactNode) {
  return function Icon({ className = "size-5" }: { className?: string }) {
    return (
      <svg
        className={`shrink-0 ${className}`}
        viewBox="0 0 20 20"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {drawing}
      </svg>
    );
  };
}

export const SendIcon = icon(<path d="M10 16V4.5M5 9.25 10 4.25l5 5" />);
export const StopIcon = icon(<rect x="5.5" y="5.5" width="9" height="9" rx="1.5" fill="currentColor" />);
export const CopyIcon = icon(
  <>
    <rect x="7.25" y="7.25" width="9" height="9" rx="1.75" />
    <path d="M12.75 4.75v-.25A1.75 1.75 0 0 0 11 2.75H5.5A2.75 2.75 0 0 0 2.75 5.5V11c0 .97.78 1.75 1.75 1.75h.25" />
  </>,
);
export const CheckIcon = icon(<path d="m4.5 10.5 3.5 3.5 7.5-8" />);
export const RetryIcon = icon(<path d="M16 10a6 6 0 1 1-1.76-4.24L16 7.5M16 3.75V7.5h-3.75" />);
export const PreviousIcon = icon(<path d="m12 5-5 5 5 5" />);
export const NextIcon = icon(<path d="m8 5 5 5-5 5" />);
export const DownIcon = icon(<path d="M10 4v11.5M5 10.75l5 5 5-5" />);
export const SidebarIcon = icon(
  <>
    <rect x="2.75" y="3.75" width="14.5" height="12.5" rx="2" />
    <path d="M7.75 3.75v12.5" />
  </>,
);
export const SettingsIcon = icon(
  <>
    <path d="M3 6.25h7.5M14.5 6.25H17M3 13.75h2.5M9.5 13.75H17" />
    <circle cx="12.5" cy="6.25" r="2" />
    <circle cx="7.5" cy="13.75" r="2" />
  </>,
);
export const NewIcon = icon(<path d="M10 4.25v11.5M4.25 10h11.5" />);
export const CloseIcon = icon(<path d="m5 5 10 10M15 5 5 15" />);
export const DisclosureIcon = icon(<path d="m7.5 5 5 5-5 5" />);
