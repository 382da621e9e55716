/** Failures of choosing and paying. */
export default {
  'problem.payment_failed': 'The payment did not go through.',
  'problem.hold_not_found': 'These seats are not held for you any more.',
  'problem.booking_not_found': 'There is no such booking in your account.',
  'problem.seats_unavailable': 'Somebody was faster. Nothing was held.',
  'problem.orphan_seat': 'That would leave a single seat on its own. Nothing was held.',
  'problem.none_left': 'There are not so many seats like that left. Nothing changed.',
  'problem.hold_exists': 'You already hold seats for this event.',
  'problem.hold_expired': 'The time for these seats is over and they were released.',
  'problem.order_closed': 'This booking can no longer be changed.',
  'problem.too_many_seats': 'That is more seats than one person may have.',
  'problem.payments_unavailable': 'The payment service does not answer.',
  'problem.money.unknown':
    'We do not know yet whether the bank took the money. If it did, you get the tickets or all of it back.',
  'problem.next.seats': 'Choose your seats again.',
  'offer.title': 'Your payment came too late for your seats. Take these?',
  'offer.text':
    'Your {paid} arrived when somebody else had your seats already. These are as good or better, and kept for you at no extra charge:',
  'offer.left': 'Kept for you for {time}',
  'offer.accept': 'Take these seats',
  'offer.decline': 'No, give my money back',
  'offer.nothing':
    'If you do nothing, all of your money goes back to you when the time is over. We write at each step.',
  'offer.taken': 'These seats are yours',
  'offer.declined': 'Your money is on its way back',

  'hold.soonTitle': 'Your seats are kept for one more minute',
  'hold.soonText':
    'Start paying before the clock ends: a payment on its way is always completed. Nothing you typed is lost.',
  'hold.soonExtend': {
    one: 'You can keep them longer, for up to {count} minute more. Nothing you typed is lost.',
    other: 'You can keep them longer, for up to {count} minutes more. Nothing you typed is lost.',
  },
  'hold.extend': 'Keep my seats longer',
  'hold.extended': 'Your seats are kept longer.',
} as const;
