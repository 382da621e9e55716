/**
 * Every stable error code, with the HTTP status it maps to and the sentence a fan may be shown.
 * Codes are part of the contract: never renamed, never reused.
 */
export const ERRORS = {
  invalid_request: [400, 'The request is not in the form this address expects.'],
  malformed_json: [400, 'The body is not valid JSON.'],
  body_too_large: [413, 'The body is larger than 64 KB.'],
  unsupported_media_type: [415, 'Send the body as application/json.'],
  invalid_signature: [400, 'The signature does not match.'],
  unauthorized: [401, 'Sign in first.'],
  token_expired: [401, 'Your session has ended. Sign in again; your place is kept.'],
  invalid_token: [401, 'This token is not valid here.'],
  invalid_credentials: [401, 'E-mail or password is wrong.'],
  token_reused: [401, 'This session was used twice and has been closed for safety. Sign in again.'],
  payment_failed: [402, 'The payment did not go through. No money was taken.'],
  forbidden: [403, 'This is not yours.'],
  email_not_verified: [403, 'Verify your e-mail address first. Then you can join this queue.'],
  challenge_failed: [
    403,
    'We could not tell that you are a person. Load the page again and try once more.',
  ],
  not_admitted: [403, 'It is not your turn yet.'],
  admission_expired: [403, 'Your time inside is over. Join the queue again.'],
  not_found: [404, 'There is nothing at this address.'],
  event_not_found: [404, 'There is no such event.'],
  not_in_queue: [404, 'You are not in this queue.'],
  hold_not_found: [404, 'There is no such hold.'],
  booking_not_found: [404, 'There is no such booking.'],
  method_not_allowed: [405, 'This address does not take that method.'],
  registration_refused: [
    409,
    'These details cannot be registered. If you have an account, sign in.',
  ],
  seats_unavailable: [409, 'Somebody was faster. Nothing was held.'],
  hold_exists: [409, 'You already hold seats for this event.'],
  hold_expired: [409, 'The hold has ended and its seats were released.'],
  request_reused: [409, 'This requestId was used for another request.'],
  not_paid: [409, 'This booking is not paid for: there is nothing to give back.'],
  already_refunded: [409, 'This was given back already.'],
  offer_over: [409, 'This offer is over: it was answered already, or its time has passed.'],
  order_closed: [409, 'This booking can no longer be changed.'],
  plan_seats_missing: [409, 'Seats that are held or sold are not in this plan.'],
  sale_not_open: [409, 'The sale is not open.'],
  sale_closed: [409, 'The sale is over.'],
  upgrade_required: [426, 'This address is for live connections (WebSocket).'],
  invalid_code: [422, 'This code is wrong or too old. Ask for a new one.'],
  unknown_seat: [422, 'One of the seats does not exist.'],
  duplicate_seat: [422, 'A seat is named twice.'],
  too_many_seats: [422, 'That is more seats than one person may have.'],
  plan_invalid: [422, 'This plan cannot be sold.'],
  rate_limited: [429, 'Too many attempts. Wait a little and try again.'],
  overloaded: [503, 'Too many people at once. Try again shortly; your place is kept.'],
  room_full: [503, 'This part of the waiting room is full. Try again shortly: there will be room.'],
  payments_unavailable: [
    503,
    'The payment service does not answer. No money was taken; your seats are kept.',
  ],
  unavailable: [503, 'This part does not answer right now. Try again shortly.'],
  internal: [500, 'Something went wrong on our side.'],
} as const satisfies Record<string, readonly [number, string]>;

/** A stable error code. */
export type ErrorCode = keyof typeof ERRORS;
