import type { JSX } from 'solid-js';
import { encode } from 'uqr';
import { t } from '../i18n/index.ts';
import { TEST_IDS } from '../test-ids.ts';

/** A ticket's code as a QR code, dark on white in both themes: scanners need it so. */
export function QrCode(props: { code: string; seat: string }): JSX.Element {
  const drawn = () => {
    const { data, size } = encode(props.code, { ecc: 'L', border: 2 });
    let path = '';
    data.forEach((row, y) =>
      row.forEach((dark, x) => {
        if (dark) path += `M${x} ${y}h1v1h-1z`;
      }),
    );
    return { path, size };
  };
  return (
    <svg
      class="qr-code"
      viewBox={`0 0 ${drawn().size} ${drawn().size}`}
      role="img"
      aria-label={t('tickets.code', { seat: props.seat })}
      shape-rendering="crispEdges"
      data-testid={TEST_IDS.ticketCode}
      data-code={props.code}
    >
      <rect width={drawn().size} height={drawn().size} fill="#fff" />
      <path d={drawn().path} fill="#000" />
    </svg>
  );
}
