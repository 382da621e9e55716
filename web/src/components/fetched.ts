import { createEffect, createSignal, on, onCleanup, type Accessor } from 'solid-js';
import type { Answer, Problem } from '../api/problem.ts';

/** Something fetched for a page: data, or a problem, or neither while it is on its way. */
export interface Fetched<Data> {
  data: Accessor<Data | undefined>;
  problem: Accessor<Problem | undefined>;
  reload: () => void;
  set: (data: Data) => void;
}

/** Fetches when the page opens and whenever `key` changes. Later answers to earlier keys are dropped. */
export function createFetched<Data>(
  key: Accessor<string>,
  fetch: (key: string) => Promise<Answer<Data>>,
): Fetched<Data> {
  const [data, setData] = createSignal<Data>();
  const [problem, setProblem] = createSignal<Problem>();
  let round = 0;
  const reload = (): void => {
    const mine = ++round;
    setProblem(undefined);
    void fetch(key()).then((answer) => {
      if (mine !== round) return;
      if (answer.ok) setData(() => answer.data);
      else setProblem(answer.problem);
    });
  };
  createEffect(on(key, reload));
  onCleanup(() => {
    round++;
  });
  return { data, problem, reload, set: (value) => void setData(() => value) };
}
