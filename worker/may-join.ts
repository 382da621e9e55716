import type { SaleSettings } from '../durable-objects/core/sale.ts';
import type { TokenClaims } from '../durable-objects/protocol/tokens.ts';

/** Whether the sale lets this account join: some take verified addresses only. The token says it, so that nothing is looked up. */
export function mayJoin(settings: SaleSettings, access: TokenClaims['access']): boolean {
  return !settings.requireVerifiedEmail || access.ev === true;
}
