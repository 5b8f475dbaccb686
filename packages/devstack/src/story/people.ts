import { randomUUID } from 'node:crypto';
import { type Client, createClient } from '@punctual/client';
import type { Role } from '@punctual/contracts';

/** Somebody in the story, signed in at the gateway. */
export type StoryPerson = Client & { readonly id: string };

export type StoryPeople = {
  carla: StoryPerson;
  paul: StoryPerson;
  lena: StoryPerson;
  fay: StoryPerson;
  finn: StoryPerson;
};

/** Gives out tokens as the issuer of the stack does. */
export type IssueToken = (claims: { sub: string; roles: Role[] }) => Promise<string>;

/**
 * Carla is a customer; Paul and Lena are providers; Fay and Finn work in finance. New people in
 * every play, so that plays do not meet.
 */
export async function invite(gateway: string, issueToken: IssueToken): Promise<StoryPeople> {
  const person = async (role: Role): Promise<StoryPerson> => {
    const id = randomUUID();
    const token = await issueToken({ sub: id, roles: [role] });
    return { id, ...createClient({ url: gateway, token: () => token }) };
  };
  return {
    carla: await person('customer'),
    paul: await person('provider'),
    lena: await person('provider'),
    fay: await person('finance'),
    finn: await person('finance'),
  };
}
