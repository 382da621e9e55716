import type { JSX } from 'solid-js';

/** The sign of the site: a ticket with its tear line. */
export function Mark(): JSX.Element {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="var(--accent)" />
      <path
        d="M7 11.5A1.5 1.5 0 0 1 8.5 10h15a1.5 1.5 0 0 1 1.5 1.5v2a2.5 2.5 0 0 0 0 5v2a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 7 20.5v-2a2.5 2.5 0 0 0 0-5z"
        fill="var(--accent-ink)"
      />
      <path d="M19.5 11.5v9" stroke="var(--accent)" stroke-width="1.6" stroke-dasharray="1.8 1.6" />
    </svg>
  );
}
