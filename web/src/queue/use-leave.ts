import { createSignal, onCleanup } from 'solid-js';
import { leaveQueue } from '../api/queue.ts';
import type { Problem } from '../api/problem.ts';

/** Time to think again after one tap on "leave", seconds. */
const UNDO_SECONDS = 6;

/** Leaving with one tap and a few seconds to undo; closing the page meanwhile leaves at once. */
export function useLeave(
  eventId: () => string,
  left: () => void,
): {
  secondsLeft: () => number | null;
  problem: () => Problem | undefined;
  leave: () => void;
  undo: () => void;
} {
  const [secondsLeft, setSecondsLeft] = createSignal<number | null>(null);
  const [problem, setProblem] = createSignal<Problem>();
  let timer: number | undefined;
  const undo = (): void => {
    window.clearInterval(timer);
    setSecondsLeft(null);
  };
  const send = async (): Promise<void> => {
    undo();
    const answer = await leaveQueue(eventId());
    if (answer.ok || answer.problem.code === 'not_in_queue') left();
    else setProblem(answer.problem);
  };
  const sendIfPending = (): void => {
    if (secondsLeft() !== null) void send();
  };
  window.addEventListener('pagehide', sendIfPending);
  onCleanup(() => {
    window.removeEventListener('pagehide', sendIfPending);
    sendIfPending();
  });
  return {
    secondsLeft,
    problem,
    undo,
    leave: () => {
      setProblem(undefined);
      setSecondsLeft(UNDO_SECONDS);
      timer = window.setInterval(() => {
        const left = (secondsLeft() ?? 1) - 1;
        if (left > 0) setSecondsLeft(left);
        else void send();
      }, 1000);
    },
  };
}
