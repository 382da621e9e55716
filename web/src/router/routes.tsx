import {
  createContext,
  createMemo,
  onMount,
  Show,
  useContext,
  type Component,
  type JSX,
} from 'solid-js';
import { address, followHistory, navigate } from './address.ts';
import { followLinks } from './follow-links.ts';
import { matchRoute } from './match-route.ts';

/** A path, and the page it is for; `preload` loads its files. */
export type Route = readonly [path: string, page: Component & { preload?: () => unknown }];

/** What a page's path names. */
export interface PathParams {
  /** Undefined where the path has none. */
  readonly id: string | undefined;
}

const Params = createContext<PathParams>({ id: undefined });

/** What the path of this page names; a page that is left keeps its own to the end. */
export const usePathParams = (): PathParams => useContext(Params);

/** Shows the page of the address, and follows links and the browser's history. */
export function Routes(props: { routes: readonly Route[]; otherwise: Component }): JSX.Element {
  const match = createMemo(() => matchRoute(props.routes, address().pathname));
  const page = createMemo(() => match()?.route[1] ?? props.otherwise);
  onMount(() => {
    followHistory();
    followLinks((path) => matchRoute(props.routes, path)?.route[1].preload?.());
  });
  return (
    <Show when={page()} keyed>
      {(Page) => {
        const id = createMemo<string | undefined>((own) => {
          const found = match();
          return found?.route[1] === Page ? found.id : own;
        });
        const params: PathParams = {
          get id() {
            return id();
          },
        };
        return (
          <Params.Provider value={params}>
            <Page />
          </Params.Provider>
        );
      }}
    </Show>
  );
}

/** Goes elsewhere as soon as it is shown. */
export function Redirect(props: { to: string }): JSX.Element {
  onMount(() => navigate(props.to, { replace: true }));
  return null;
}
