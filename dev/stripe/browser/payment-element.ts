import type { ApiResult, FrameOptions, FromFrame, PaymentRequest, ToFrame } from './protocol.ts';

type Handler = (event: Record<string, unknown>) => void;

let frames = 0;

/** The Payment Element: an iframe of Stripe's origin inside the site's container. */
export class PaymentElement {
  readonly #base: string;
  readonly #options: () => FrameOptions;
  readonly #handlers = new Map<string, Set<Handler>>();
  readonly #answers = new Map<number, (result: ApiResult) => void>();
  #wrapper: HTMLDivElement | null = null;
  #frame: HTMLIFrameElement | null = null;
  #requests = 0;

  constructor(base: string, options: () => FrameOptions) {
    this.#base = base;
    this.#options = options;
  }

  mount(target: HTMLElement | string): void {
    const container = typeof target === 'string' ? document.querySelector(target) : target;
    if (container === null) {
      throw new Error(
        `Invalid DOM element: no element matches ${target instanceof HTMLElement ? target.id : target}.`,
      );
    }
    this.unmount();
    frames += 1;
    const frame = document.createElement('iframe');
    frame.name = `__privateStripeFrame${frames}`;
    frame.title = 'Secure payment input frame';
    frame.allow = 'payment *; clipboard-write';
    frame.src = `${this.#base}/v3/elements-inner-payment#${encodeURIComponent(window.location.origin)}`;
    frame.style.cssText =
      'border:0;margin:0;padding:0;width:100%;min-width:100%;height:240px;display:block;overflow:hidden;color-scheme:normal;background:transparent;';
    const wrapper = document.createElement('div');
    wrapper.className = '__PrivateStripeElement';
    wrapper.appendChild(frame);
    container.replaceChildren(wrapper);
    container.classList.add('StripeElement');
    this.#wrapper = wrapper;
    this.#frame = frame;
    window.addEventListener('message', this.#onMessage);
  }

  unmount(): void {
    window.removeEventListener('message', this.#onMessage);
    this.#wrapper?.remove();
    this.#wrapper = null;
    this.#frame = null;
    for (const answer of this.#answers.values()) {
      answer({ error: { type: 'invalid_request_error', message: 'The Element was unmounted.' } });
    }
    this.#answers.clear();
  }

  destroy(): void {
    this.unmount();
    this.#handlers.clear();
  }

  on(event: string, handler: Handler): this {
    const handlers = this.#handlers.get(event) ?? new Set();
    handlers.add(handler);
    this.#handlers.set(event, handlers);
    return this;
  }

  once(event: string, handler: Handler): this {
    const wrapped: Handler = (payload) => {
      this.off(event, wrapped);
      handler(payload);
    };
    return this.on(event, wrapped);
  }

  off(event: string, handler?: Handler): this {
    if (handler === undefined) this.#handlers.delete(event);
    else this.#handlers.get(event)?.delete(handler);
    return this;
  }

  focus(): void {
    this.#send({ to: 'frame', kind: 'focus' });
  }

  clear(): void {
    this.#send({ to: 'frame', kind: 'clear' });
  }

  /** New options (appearance, locale) for a mounted element. */
  update(): void {
    this.#send({ to: 'frame', kind: 'init', options: this.#options() });
  }

  /** Has the frame show what is missing; `error` is the first of it. */
  validate(): Promise<ApiResult> {
    return this.#ask((requestId) => ({ to: 'frame', kind: 'validate', requestId }));
  }

  /** Has the frame confirm with the card it holds. */
  confirm(payment: PaymentRequest): Promise<ApiResult> {
    return this.#ask((requestId) => ({ to: 'frame', kind: 'confirm', requestId, payment }));
  }

  #ask(message: (requestId: number) => ToFrame): Promise<ApiResult> {
    if (this.#frame === null) {
      return Promise.resolve({
        error: {
          type: 'invalid_request_error',
          message: 'Please mount the Payment Element before using it.',
        },
      });
    }
    this.#requests += 1;
    const requestId = this.#requests;
    return new Promise((resolve) => {
      this.#answers.set(requestId, resolve);
      this.#send(message(requestId));
    });
  }

  #send(message: ToFrame): void {
    this.#frame?.contentWindow?.postMessage(message, this.#base);
  }

  #emit(event: string, payload: Record<string, unknown> = {}): void {
    for (const handler of this.#handlers.get(event) ?? []) {
      handler({ elementType: 'payment', ...payload });
    }
  }

  readonly #onMessage = (event: MessageEvent<FromFrame>): void => {
    if (event.origin !== this.#base || event.source !== this.#frame?.contentWindow) return;
    const message = event.data;
    switch (message.kind) {
      case 'hello':
        this.update();
        break;
      case 'resize':
        this.#frame.style.height = `${message.height}px`;
        break;
      case 'change':
        this.#emit('change', {
          complete: message.complete,
          empty: message.empty,
          collapsed: false,
          value: { type: 'card' },
        });
        break;
      case 'result':
        this.#answers.get(message.requestId)?.(message.result);
        this.#answers.delete(message.requestId);
        break;
      case 'ready':
        this.#emit('loaderstart');
        this.#emit('ready');
        break;
      case 'focus':
      case 'blur':
      case 'escape':
        this.#emit(message.kind);
        break;
      case 'challenge':
        break;
    }
  };
}
