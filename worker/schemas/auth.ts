import { z } from 'zod';
import { LIMITS } from '../../durable-objects/protocol/limits.ts';

/** Shortest and longest password, characters: length is what counts (NIST SP 800-63B, 3.1.1). */
export const PASSWORD = { min: 10, max: 200 } as const;

const email = z
  .string()
  .trim()
  .max(254)
  .pipe(z.email({ error: 'This is not an e-mail address.' }))
  .meta({ type: 'string', format: 'email', example: 'fan@example.com' });
const token = z.string().min(1).max(4096);
const challengeToken = z
  .string()
  .max(LIMITS.challengeTokenChars)
  .optional()
  .meta({ description: 'The Turnstile token, when the configuration has a `turnstile` part.' });

/** Body of `POST /api/auth/register`. */
export const registerRequest = z
  .object({
    email,
    password: z
      .string()
      .min(PASSWORD.min, { error: `At least ${PASSWORD.min} characters.` })
      .max(PASSWORD.max, { error: `At most ${PASSWORD.max} characters.` }),
    name: z
      .string()
      .trim()
      .min(1, { error: 'Tell us the name for the tickets.' })
      .max(100, { error: 'At most 100 characters.' })
      .regex(/^[^\p{Cc}]*$/u, { error: 'Only letters and signs that can be printed.' })
      .meta({ example: 'Asha Rao' }),
    challengeToken,
  })
  .meta({ id: 'RegisterRequest' });

/** Body of `POST /api/auth/login`. Any password is accepted as input: rules are for registration. */
export const loginRequest = z
  .object({ email, password: z.string().min(1).max(1000), challengeToken })
  .meta({ id: 'LoginRequest' });

/** Body of `POST /api/auth/refresh`. */
export const refreshRequest = z.object({ refreshToken: token }).meta({ id: 'RefreshRequest' });

/** Body of `POST /api/auth/verify-email`: the code of the mail; spaces, as copying leaves them, do not count. */
export const verifyEmailRequest = z
  .object({
    code: z
      .string()
      .max(40)
      .transform((text) => text.replace(/\s/g, ''))
      .pipe(z.string().regex(/^\d{6}$/, { error: 'The code has six digits.' }))
      .meta({ type: 'string', example: '123456' }),
  })
  .meta({ id: 'VerifyEmailRequest' });

/** Answer of `POST /api/auth/verify-email/resend`: verified already, or a mail is on its way. */
export const codeSentResponse = z.object({ emailVerified: z.boolean() }).meta({ id: 'CodeSent' });

/** The tokens of a session. `expiresIn` is the access token's lifetime, seconds. */
export const sessionResponse = z
  .object({
    accessToken: z.string(),
    refreshToken: z.string(),
    expiresIn: z.int(),
    emailVerified: z
      .boolean()
      .meta({ description: 'As the access token says it; some sales ask for it.' }),
    role: z.enum(['fan', 'organiser']),
  })
  .meta({ id: 'Session' });

/** Answer of register and login. */
export const signedInResponse = sessionResponse
  .extend({ user: z.object({ id: z.uuid(), email: z.string(), name: z.string() }) })
  .meta({ id: 'SignedIn' });

/** A signed-in fan. */
export type SignedIn = z.infer<typeof signedInResponse>;
/** A session's tokens. */
export type Session = z.infer<typeof sessionResponse>;
/** What a fan registers with. */
export type RegisterRequest = z.input<typeof registerRequest>;
/** What a fan signs in with. */
export type LoginRequest = z.input<typeof loginRequest>;
