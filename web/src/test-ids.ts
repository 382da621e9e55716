/**
 * Stable hooks for browser tests, set as `data-testid`. Everything else is found by role and name.
 *
 * `ahead`, `place`, `eta`: the numbers of the queue page. `queue-status`: its state in words, with
 * `data-status` = lobby | waiting | called | admitted | none | left. `live-state`: connection, with
 * `data-state` = connecting | live | polling | offline. `seat-list`: the list of seats; its seats are
 * checkboxes named like "Section B, row C, seat 14, ₹9,000, available". `summary-total`: total of the
 * chosen seats and of the checkout. `found-seats`: the list of seats that were found and are held. `hold-button`: holds the chosen seats. `timer`: time left of a
 * hold. `pay-button`: pays. `confirmation`: the booking is confirmed. `ticket-code`: one per ticket;
 * its `data-code` is what the QR code says.
 */
export const TEST_IDS = {
  ahead: 'ahead',
  place: 'place',
  eta: 'eta',
  queueStatus: 'queue-status',
  seatList: 'seat-list',
  summaryTotal: 'summary-total',
  foundSeats: 'found-seats',
  holdButton: 'hold-button',
  timer: 'timer',
  payButton: 'pay-button',
  confirmation: 'confirmation',
  ticketCode: 'ticket-code',
  liveState: 'live-state',
} as const;
