/**
 * What the site imports to verify a sale by itself. Apart from `browser.ts`: this is 30 KB of elliptic
 * curves, and only the page that checks a place may load it.
 */
export { auditRecord } from '../core/fairness/audit.ts';
export { checkPlace } from '../core/fairness/check-place.ts';
export { isRecorded } from '../core/fairness/recorded-rounds.ts';
export { joinPages, parseRecord } from '../core/fairness/fairness-record.ts';
export { readReceipt } from '../core/fairness/receipt-file.ts';
