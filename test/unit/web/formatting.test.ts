import { describe, expect, it } from 'vitest';
import { timerStage } from '../../../web/src/checkout/timer.ts';
import { minorDigits } from '../../../durable-objects/core/money.ts';
import { formatMoney } from '../../../web/src/format/money.ts';
import { formatCountdown, formatDateTime, waitRange } from '../../../web/src/format/time.ts';
import { formatMessage, formatNumber } from '../../../web/src/i18n/format-message.ts';
import { calendarFile } from '../../../web/src/tickets/calendar.ts';

describe('money', () => {
  it('is grouped the Indian way in both languages', () => {
    expect(formatMoney('en-IN', { amount: 15_000_000, currency: 'INR' })).toBe('₹1,50,000');
    expect(formatMoney('hi-IN', { amount: 15_000_000, currency: 'INR' })).toBe('₹1,50,000');
  });

  it('shows decimals only when there are any', () => {
    expect(formatMoney('en-IN', { amount: 250_050, currency: 'INR' })).toBe('₹2,500.50');
    expect(formatMoney('en-IN', { amount: 250_000, currency: 'INR' })).toBe('₹2,500');
  });

  it('knows currencies without a minor unit, and those that Stripe counts otherwise', () => {
    expect(minorDigits('JPY')).toBe(0);
    expect(minorDigits('KWD')).toBe(3);
    expect(minorDigits('UGX')).toBe(2);
    expect(formatMoney('en', { amount: 500, currency: 'JPY' })).toBe('¥500');
  });
});

describe('time', () => {
  it('is told in the zone of the event, with its name', () => {
    const at = Date.UTC(2027, 0, 21, 13, 30);
    const words = formatDateTime('en-IN', at, 'Asia/Kolkata');
    expect(words).toContain('7:00');
    expect(words).toContain('India Standard Time');
    expect(formatDateTime('hi-IN', at, 'Asia/Kolkata')).toContain('भारतीय मानक समय');
  });

  it('counts down in whole seconds and never below zero', () => {
    expect(formatCountdown(545_001)).toBe('9:06');
    expect(formatCountdown(59_000)).toBe('0:59');
    expect(formatCountdown(-5_000)).toBe('0:00');
    expect(formatCountdown(3_725_000)).toBe('1:02:05');
  });

  it('gives the wait as a range that holds the estimate', () => {
    for (const seconds of [30, 90, 600, 7_200]) {
      const { from, to } = waitRange(seconds);
      expect(from).toBeLessThan(to);
      expect(to * 60).toBeGreaterThanOrEqual(seconds);
    }
  });

  it('keeps a clock calm until the last minute', () => {
    expect(timerStage(600_000, 0)).toBe('calm');
    expect(timerStage(600_000, 540_000)).toBe('lastMinute');
    expect(timerStage(600_000, 600_000)).toBe('over');
  });
});

describe('messages', () => {
  it('choose the plural of the language and group their numbers', () => {
    const seats = { one: '{count} seat', other: '{count} seats' };
    expect(formatMessage('en-IN', seats, { count: 1 })).toBe('1 seat');
    expect(formatMessage('en-IN', seats, { count: 150_000 })).toBe('1,50,000 seats');
    expect(formatMessage('hi-IN', { one: 'एक', other: 'कई' }, { count: 0 })).toBe('एक');
    expect(formatNumber('hi-IN', 1_234_567)).toBe('12,34,567');
  });

  it('leave a slot visible that nobody filled', () => {
    expect(formatMessage('en-IN', 'Pay {total}')).toBe('Pay {total}');
  });
});

describe('the calendar file', () => {
  it('escapes text, folds long lines and ends them as RFC 5545 asks', () => {
    const file = calendarFile({
      uid: 'book_1',
      name: 'Music, spheres; and more',
      place: 'हिन्दी '.repeat(20),
      details: 'Row A\nRow B',
      startsAt: Date.UTC(2027, 0, 21, 13, 30),
      now: 0,
    });
    expect(file).toContain('SUMMARY:Music\\, spheres\\; and more');
    expect(file).toContain('DTSTART:20270121T133000Z');
    expect(file).toContain('Row A\\nRow B');
    for (const line of file.split('\r\n'))
      expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
  });
});
