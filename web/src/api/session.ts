import { createSignal } from 'solid-js';

/** Who is signed in on this device, with the tokens. */
export interface Session {
  user: { id: string; email: string; name: string };
  accessToken: string;
  /** By this device's clock, epoch ms. */
  accessExpiresAt: number;
  refreshToken: string;
  /** As the access token says it; absent in sessions from before it was asked. */
  emailVerified?: boolean;
  role?: 'fan' | 'organiser';
  /** When the last mail with a code was sent from this device, epoch ms. */
  codeSentAt?: number;
}

const STORAGE_KEY = 'onsale.session';

function read(): Session | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? 'null');
    return typeof value === 'object' && value !== null && 'accessToken' in value
      ? (value as Session)
      : null;
  } catch {
    return null;
  }
}

const [session, setSignal] = createSignal<Session | null>(read());

globalThis.addEventListener?.('storage', (event) => {
  if (event.key === STORAGE_KEY || event.key === null) setSignal(read());
});

/** The session on this device (reactive; follows the other tabs). */
export { session };

/** What is stored right now, whatever another tab did a moment ago. */
export const storedSession = read;

/** Keeps or ends the session, for all tabs. */
export function setSession(next: Session | null): void {
  if (next) localStorage.setItem(STORAGE_KEY, JSON.stringify(next));
  else localStorage.removeItem(STORAGE_KEY);
  setSignal(next);
}
