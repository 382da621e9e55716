/** Paths that the Worker answers itself; all others are the site's. */
export const OURS = /^\/(api|ws|\.well-known)(\/|$)|^\/healthz$/;
