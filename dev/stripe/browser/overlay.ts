import type { FromFrame } from './protocol.ts';

/** Opens the 3-D Secure page over the site and resolves when the cardholder has answered. */
export function openChallenge(url: string): Promise<boolean> {
  const origin = new URL(url).origin;
  const layer = document.createElement('div');
  layer.setAttribute('role', 'dialog');
  layer.setAttribute('aria-modal', 'true');
  layer.setAttribute('aria-label', '3D Secure authentication');
  layer.style.cssText =
    'position:fixed;inset:0;z-index:2147483647;display:grid;place-items:center;background:rgba(10,15,30,.6);';
  const frame = document.createElement('iframe');
  frame.name = '__privateStripeFrameChallenge';
  frame.title = 'Secure 3D Secure authentication frame';
  frame.src = `${url}&parent=${encodeURIComponent(window.location.origin)}`;
  frame.style.cssText =
    'width:min(400px,calc(100vw - 24px));height:min(420px,calc(100vh - 24px));border:0;border-radius:12px;background:#fff;box-shadow:0 20px 60px rgba(0,0,0,.4);';
  layer.appendChild(frame);
  const before = document.activeElement;
  document.body.appendChild(layer);
  frame.focus();
  return new Promise((resolve) => {
    const onMessage = (event: MessageEvent<FromFrame>): void => {
      if (event.origin !== origin || event.source !== frame.contentWindow) return;
      if (event.data.kind !== 'challenge') return;
      window.removeEventListener('message', onMessage);
      layer.remove();
      if (before instanceof HTMLElement) before.focus();
      resolve(event.data.passed);
    };
    window.addEventListener('message', onMessage);
  });
}
