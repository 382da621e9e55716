import { createEffect, onCleanup } from 'solid-js';
import { t } from '../i18n/index.ts';

/** Whether this browser can be asked to notify, and has not been yet. */
export function canAskToNotify(): boolean {
  return 'Notification' in window && Notification.permission === 'default';
}

/** Calls the fan by icon, sound and, where allowed, a notification. The page's title is its owner's to set. */
export function useTurnAlert(isTurn: () => boolean): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  let notified = false;
  createEffect(() => {
    if (icon) icon.href = isTurn() ? '/favicon-turn.svg' : '/favicon.svg';
    if (!isTurn() || notified) return;
    notified = true;
    chime();
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([200, 100, 200]);
    if (document.visibilityState === 'hidden') notify();
  });
  onCleanup(() => {
    if (icon) icon.href = '/favicon.svg';
  });
}

function notify(): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  try {
    const shown = new Notification(t('queue.turnTitle'), {
      body: t('queue.turnBody'),
      tag: 'onsale-turn',
      requireInteraction: true,
    });
    shown.addEventListener('click', () => window.focus());
  } catch {
    // Some mobile browsers allow notifications only from a service worker; title and sound remain.
  }
}

/** Two soft tones, made here; browsers that want a tap first stay silent. */
function chime(): void {
  if (!('AudioContext' in window)) return;
  const audio = new AudioContext();
  for (const [index, frequency] of [659.3, 880].entries()) {
    const start = audio.currentTime + index * 0.22;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.0001, start);
    volume.gain.exponentialRampToValueAtTime(0.2, start + 0.03);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.6);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.65);
  }
  window.setTimeout(() => void audio.close(), 2_000);
}
