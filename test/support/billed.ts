/** Commands that the Redis stand-in at `url` has run so far, as Upstash bills them: those inside scripts too. */
export async function billedAt(url: string): Promise<number> {
  const answer = await fetch(`${url}/_standin/billed`);
  const { commands } = await answer.json<{ commands: number }>();
  return commands;
}
